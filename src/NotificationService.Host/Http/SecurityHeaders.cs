using NotificationService.Channels;

namespace NotificationService.Host.Http;

/// <summary>
/// What a browser receives with every response, whoever makes it: guess no types, show it in nobody's frame, run nothing of it. Pages of ours say what they
/// need by <see cref="PageHeaders"/>. Over TLS, also TLS that ends at a proxy, the browser is asked to stay with it.
/// </summary>
public static class SecurityHeaders
{
    /// <summary>Of a response that is data.</summary>
    private const string NothingToRun = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>A year, which is what preload lists ask for. Other names below the host are somebody else's.</summary>
    private const string Hsts = "max-age=31536000";

    public static void Add(HttpContext context, bool isPublicByTls)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = NothingToRun;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (isPublicByTls || context.Request.IsHttps)
            headers.StrictTransportSecurity = Hsts;
    }

    /// <summary>Outermost: errors have them too.</summary>
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var publicUrl = app.Services.GetRequiredService<PublicUrl>();
        app.Use((context, next) =>
        {
            Add(context, publicUrl.Value?.Scheme == Uri.UriSchemeHttps);
            return next(context);
        });
    }
}
