using Microsoft.Net.Http.Headers;

namespace NotificationService.Host.Pages;

/// <summary>Answers with a built file: in the form that the client takes, or 304 when it has that already.</summary>
internal static class FileResponse
{
    public static async Task WriteAsync(HttpContext context, BuiltFile file, string caching)
    {
        var (request, response) = (context.Request, context.Response);
        var form = file.FormFor(new AcceptedEncodings(request.Headers.AcceptEncoding));
        response.Headers.ETag = form.Tag;
        response.Headers.CacheControl = caching;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (IsKnown(request, form.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        response.Headers.ContentEncoding = form.Encoding;
        response.ContentLength = form.Bytes.Length;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(form.Bytes, context.RequestAborted);
    }

    /// <summary>By the weak comparison, as RFC 9110 says: a proxy that changed the form may have weakened the tag.</summary>
    private static bool IsKnown(HttpRequest request, string tag)
    {
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known))
            return false;
        var own = new EntityTagHeaderValue(tag);
        return known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(own, useStrongComparison: false));
    }
}
