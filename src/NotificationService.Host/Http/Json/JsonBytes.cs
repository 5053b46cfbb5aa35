namespace NotificationService.Host.Http.Json;

/// <summary>A response whose JSON is already written.</summary>
internal sealed class JsonBytes(int status, ReadOnlyMemory<byte> utf8) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = utf8.Length;
        return response.BodyWriter.WriteAsync(utf8, httpContext.RequestAborted).AsTask();
    }
}
