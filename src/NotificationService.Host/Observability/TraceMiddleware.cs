using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace NotificationService.Host.Observability;

/// <summary>
/// Gives the server's span of a request its name and attributes, by OpenTelemetry's conventions; the framework leaves
/// both out. The route's pattern replaces the address, which may hold a token. What only probes ask for is not recorded.
/// </summary>
internal sealed class TraceMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }

        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || context.Request.Path == "/metrics")
            Traces.Forget(span);
        await next(context);
        Describe(span, context);
    }

    private static void Describe(Activity span, HttpContext context)
    {
        var method = IsKnown(context.Request.Method) ? context.Request.Method : "_OTHER";
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method)
            .SetTag("http.route", route)
            .SetTag("http.response.status_code", context.Response.StatusCode)
            .SetTag("url.scheme", context.Request.Scheme);
        if (context.Response.StatusCode >= 500)
            span.SetStatus(ActivityStatusCode.Error);
    }

    private static bool IsKnown(string method) => HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method)
        || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
