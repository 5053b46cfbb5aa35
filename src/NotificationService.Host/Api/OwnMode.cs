using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Test and live are two worlds: to a service account what an account of the other mode made is not there. People see both.</summary>
internal static class OwnMode
{
    private static readonly Dictionary<string, bool> Words = new() { ["live"] = true, ["test"] = false };

    /// <summary>For a route whose one id is that of such a thing. To a service account one of the other mode is answered like one that does not exist, before anything else is looked at.</summary>
    public static RouteHandlerBuilder OfOwnMode(this RouteHandlerBuilder route, ModeOf kind) => route.AddEndpointFilter((context, next) => FilterAsync(context, next, kind));

    /// <summary>The mode that a list is of: a service account's own; a person's choice by <c>mode</c>, or null for both.</summary>
    public static bool? Mode(this QueryReader query, HttpContext context)
    {
        var wanted = query.Choice("mode", Words);
        if (context.Caller().OnlyMode is not { } own)
            return wanted;
        if (wanted is { } other && other != own)
            query.Refuse("mode", "mode_mismatch", $"A service account sees its own mode only, which is {(own ? "live" : "test")}.");
        return own;
    }

    /// <summary>The parameter <c>mode</c>.</summary>
    public static RouteHandlerBuilder QueryMode(this RouteHandlerBuilder route) =>
        route.Query("mode", "live or test: only what accounts of that mode made. A service account sees its own mode only.");

    private static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, ModeOf kind)
    {
        var http = context.HttpContext;
        var caller = http.Caller();
        return caller.OnlyMode is not { } own || await http.RequestServices.GetRequiredService<Modes>().FindAsync(caller.Tenant, kind, IdOf(http), http.RequestAborted) == own
            ? await next(context)
            : Problems.NotFound();
    }

    private static Guid IdOf(HttpContext context)
    {
        foreach (var (_, value) in context.Request.RouteValues)
        {
            if (Guid.TryParse(value as string, out var id))
                return id;
        }

        throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} has no id");
    }
}
