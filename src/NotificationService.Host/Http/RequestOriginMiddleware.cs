using NotificationService.Tenants;

namespace NotificationService.Host.Http;

/// <summary>Notes for the audit log where a request comes from. What only reads leaves no entry there, so nothing is noted of it.</summary>
internal sealed class RequestOriginMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? next(context) : NoteAsync(context);

    /// <summary>Asynchronous, so that it ends with the request.</summary>
    private async Task NoteAsync(HttpContext context)
    {
        RequestOrigin.Current = new RequestOrigin(context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent.ToString());
        await next(context);
    }
}
