using Microsoft.AspNetCore.Http.Connections;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Cors;

namespace NotificationService.Host.Api.Realtime;

/// <summary>Where the hub is, and who gets to it: by the header Authorization or a ticket of a stream, over WebSockets, from pages that may.</summary>
internal static class NotificationsHubApi
{
    /// <summary>Under which the request keeps its <see cref="StreamOpening"/>.</summary>
    public static readonly object Opening = new();

    private const string Path = "/hubs/notifications";
    private const string Negotiation = "/negotiate";

    /// <summary>A client sends no more than that it is there.</summary>
    private const int LargestMessage = 4 * 1024;

    private const int Waiting = 64 * 1024;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static IServiceCollection AddNotificationsHub(this IServiceCollection services)
    {
        services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = LargestMessage;
            options.KeepAliveInterval = KeepAlive;
            options.ClientTimeoutInterval = 3 * KeepAlive;
        }).AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, HubJson.Default));
        return services;
    }

    public static void MapNotificationsHub(this IEndpointRouteBuilder routes) => routes
        .MapHub<NotificationsHub>(Path, options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.TransportMaxBufferSize = Waiting;
            options.ApplicationMaxBufferSize = LargestMessage;
        })
        .RequireAuthorization(Policies.Inbox).WithMetadata(new TakesStreamTicket())
        .Add(endpoint =>
        {
            var connect = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context => OpenAsync(context, connect);
        });

    private static async Task OpenAsync(HttpContext context, RequestDelegate connect)
    {
        if (await IsOtherPageAsync(context))
        {
            await Problems.Of(403, CorsMiddleware.OriginCode, "This page may not do that", "The tenant does not list the page's origin.").ExecuteAsync(context);
            return;
        }

        // Says only where to connect, which is what the next request does.
        if (context.Request.Path.Value!.EndsWith(Negotiation, StringComparison.Ordinal))
        {
            await connect(context);
            return;
        }

        var (opened, refusal) = StreamOpening.Of(context);
        if (opened is null)
        {
            await refusal!.ExecuteAsync(context);
            return;
        }

        // A WebSocket is one request, which lasts as long as it does.
        using (opened)
        {
            context.Items[Opening] = opened;
            await connect(context);
        }
    }

    /// <summary>A browser asks nobody before it opens a WebSocket, and lets every page read it.</summary>
    private static async ValueTask<bool> IsOtherPageAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var origin = context.Request.Headers.Origin.ToString();
        return origin.Length > 0 && !CorsMiddleware.IsOwn(context.Request, origin, services.GetRequiredService<PublicUrl>())
            && !await services.GetRequiredService<AllowedOrigins>().ListsAsync(context.Caller().Tenant, origin, context.RequestAborted);
    }
}
