using Microsoft.Net.Http.Headers;
using NotificationService.Channels;
using NotificationService.Host.Auth;

namespace NotificationService.Host.Http.Cors;

/// <summary>
/// Pages of other origins. A preflight, which says nothing of who will ask, is allowed for an origin that any tenant lists. The response to the request itself may be read only by
/// an origin that the caller's own tenant lists; before sign-in, and when it fails, by one that any tenant lists. Cookies never count across origins.
/// </summary>
internal sealed class CorsMiddleware(RequestDelegate next, AllowedOrigins origins, PublicUrl publicUrl)
{
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private const string Headers = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Requested-With, traceparent, tracestate";
    private const string Exposed = "ETag, Idempotent-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, WWW-Authenticate";

    /// <summary>Ten minutes: a browser asks again soon after a tenant has taken an origin out.</summary>
    private const string MaxAge = "600";

    /// <summary>Below which a cookie may stand for a sign-in.</summary>
    public const string CookiePath = "/api/v1/auth";

    public const string OriginCode = "origin_not_allowed";

    private readonly string? own = OwnOf(publicUrl);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<PublicToAllOrigins>() is not null)
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return next(context);
        }

        // Whatever a cache keeps for one origin must not serve another; also what no origin asked for.
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        var header = context.Request.Headers.Origin;
        if (header.Count == 0 || IsOwn(context.Request, header.ToString(), own))
            return next(context);
        if (HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod))
            return PreflightAsync(context, header.ToString());
        if (context.Request.Headers.ContainsKey(HeaderNames.Cookie) && context.Request.Path.StartsWithSegments(CookiePath, StringComparison.OrdinalIgnoreCase))
            return Problems.Of(403, OriginCode, "This page may not do that", "A sign-in that is kept in a cookie is used by the service's own pages only.").ExecuteAsync(context);
        context.Response.OnStarting(AllowAsync, (this, context));
        return next(context);
    }

    private async Task PreflightAsync(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.Append(HeaderNames.Vary, $"{HeaderNames.AccessControlRequestMethod}, {HeaderNames.AccessControlRequestHeaders}");
        if (await origins.AnyTenantListsAsync(origin, context.Connection.RemoteIpAddress, context.RequestAborted))
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlAllowMethods = Methods;
            headers.AccessControlAllowHeaders = Headers;
            headers.AccessControlMaxAge = MaxAge;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>When the response begins it is known who asked.</summary>
    private static async Task AllowAsync(object state)
    {
        var (cors, context) = ((CorsMiddleware, HttpContext))state;
        var origin = context.Request.Headers.Origin.ToString();
        if (!await cors.MayReadAsync(context, origin))
            return;
        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlExposeHeaders = Exposed;
    }

    private async ValueTask<bool> MayReadAsync(HttpContext context, string origin)
    {
        try
        {
            return context.User.Identity is CallerIdentity identity
                ? await origins.ListsAsync(identity.Caller.Tenant, origin, context.RequestAborted)
                : await origins.AnyTenantListsAsync(origin, context.Connection.RemoteIpAddress, context.RequestAborted);
        }
#pragma warning disable CA1031 // the response is there: without the database it is one that the page may not read
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    /// <summary>The service's own pages.</summary>
    public static bool IsOwn(HttpRequest request, string origin, PublicUrl publicUrl) => IsOwn(request, origin, OwnOf(publicUrl));

    private static string? OwnOf(PublicUrl publicUrl) => publicUrl.Value?.GetLeftPart(UriPartial.Authority);

    private static bool IsOwn(HttpRequest request, string origin, string? own) =>
        string.Equals(origin, own, StringComparison.OrdinalIgnoreCase) || string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
