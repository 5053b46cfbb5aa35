using Microsoft.Extensions.Primitives;

namespace NotificationService.Host.Pages;

/// <summary>
/// The console, at every address that is no route: a file of it where there is one, its page where a browser asks for one. Not below the paths of the API, where
/// an unknown address stays an unknown address.
/// </summary>
public sealed class ConsoleMiddleware(RequestDelegate next, BuiltPages built, ConsolePage page)
{
    private const string Assets = "/assets";

    /// <summary>A name that has the content in it never means anything else.</summary>
    private const string Immutable = "public, max-age=31536000, immutable";

    private const string AnHour = "public, max-age=3600";

    /// <summary>First segments of paths that are not the console's.</summary>
    private static readonly PathString[] Others =
    [
        "/api", "/auth", "/oauth", "/openapi", "/swagger", "/health", "/metrics", "/hubs", "/inbox", "/demo", "/u", "/webhooks", "/.well-known", Assets,
    ];

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // A route, or one that has the path and not the method.
        if (context.GetEndpoint() is not null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
            return next(context);
        var path = request.Path.Value ?? "";
        if (path is "" or "/")
            return page.WriteAsync(context);
        if (path is not $"/{ConsolePage.FileName}" && built.Console.Find(path[1..]) is { } file)
            return FileResponse.WriteAsync(context, file, request.Path.StartsWithSegments(Assets, StringComparison.Ordinal) ? Immutable : AnHour);
        return page.IsBuilt && WantsPage(request.Headers.Accept) && !Array.Exists(Others, other => request.Path.StartsWithSegments(other, StringComparison.OrdinalIgnoreCase))
            ? page.WriteAsync(context)
            : next(context);
    }

    /// <summary>As a browser does that goes to an address. A program that takes anything gets a 404.</summary>
    private static bool WantsPage(StringValues accept) => accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
