namespace NotificationService.Host.Http;

/// <summary>Refuses what no route should see: oversized headers or addresses, and methods that reflect the request.</summary>
internal static class RequestGuard
{
    public const int MaxHeaders = 100;
    public const int LargestHeaders = 32 * 1024;
    public const int LongestTarget = 8 * 1024;

    /// <summary>The problem to answer with, or null for an ordinary request.</summary>
    public static ProblemResult? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsTrace(request.Method) || HttpMethods.IsConnect(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
            return Problems.OfStatus(405);
        }

        if (request.Path.Value?.Length + request.QueryString.Value?.Length > LongestTarget)
            return Problems.Of(414, "uri_too_long", "The address is too long", $"The most is {LongestTarget} characters.");
        return HeadersAreTooLarge(request.Headers)
            ? Problems.Of(431, "headers_too_large", "The request headers are too large", $"The most is {MaxHeaders} headers of {LargestHeaders} characters together.")
            : null;
    }

    private static bool HeadersAreTooLarge(IHeaderDictionary headers)
    {
        if (headers.Count > MaxHeaders)
            return true;
        var size = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
                size += name.Length + (value?.Length ?? 0);
        }

        return size > LargestHeaders;
    }
}
