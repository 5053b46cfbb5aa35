namespace NotificationService.Host.Http;

/// <summary>What a page of ours needs beyond <see cref="SecurityHeaders"/>: its own files, and nothing from elsewhere. No script stands in a page.</summary>
public static class PageHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return next(context);
    }
}
