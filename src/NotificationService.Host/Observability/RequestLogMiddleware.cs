using System.Diagnostics;
using NotificationService.Host.Auth;

namespace NotificationService.Host.Observability;

/// <summary>
/// One line for each request: method, route, status, milliseconds, tenant and trace. The route's pattern and never the address, which may hold a token or a
/// person's id; nothing of headers and bodies. What probes ask for is left out. <c>Notification:RequestLog:Enabled</c> turns it off.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, TimeProvider time, ILogger<RequestLogMiddleware> logger)
{
    private const string NoRoute = "(no route)";

    public Task InvokeAsync(HttpContext context) =>
        logger.IsEnabled(LogLevel.Information) && !IsProbe(context.Request.Path) ? NoteAsync(context) : next(context);

    private async Task NoteAsync(HttpContext context)
    {
        var began = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            LogRequest(
                logger, Method(context.Request.Method), (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute, context.Response.StatusCode,
                (long)time.GetElapsedTime(began).TotalMilliseconds, context.FindCaller()?.Tenant.Value, Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);
        }
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health", StringComparison.Ordinal) || path == "/metrics";

    /// <summary>One that HTTP knows: a client may write anything there.</summary>
    private static string Method(string method) => HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) ? method : "?";

    [LoggerMessage(EventId = Telemetry.EventIds.Observability + 2, Level = LogLevel.Information, Message = "{Method} {Route} {Status} in {Milliseconds} ms, tenant {Tenant}, trace {Trace}")]
    private static partial void LogRequest(ILogger logger, string method, string route, int status, long milliseconds, Guid? tenant, string trace);
}
