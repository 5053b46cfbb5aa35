using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;
using NotificationService.Host.Http.Bodies;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// Reads JSON bodies strictly. A good body is read in one pass; only when something is wrong does
/// <see cref="JsonDiagnosis"/> look for what and where. A leading UTF-8 byte order mark is accepted and ignored.
/// </summary>
public static class JsonBody
{
    public static ValueTask<Body<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => ReadAsync(request, type, BodyPolicy.Json, cancellationToken);

    public static async ValueTask<Body<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, BodyPolicy policy, CancellationToken cancellationToken)
        where T : class
    {
        var (utf8, refusal) = await ReadBytesAsync(request, policy, cancellationToken);
        return refusal is null ? Parse(utf8, type) : new Body<T>(refusal);
    }

    /// <summary>Of a call whose body may be left out; null where it is. No bytes are no body, whatever Content-Type many clients send along.</summary>
    public static async ValueTask<Body<T>?> ReadOptionalAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var (isEmpty, refusal) = await BodyReader.IsEmptyAsync(request, BodyPolicy.Json, cancellationToken);
        if (refusal is not null)
            return new Body<T>(refusal);
        return isEmpty ? null : await ReadAsync(request, type, cancellationToken);
    }

    /// <summary>The body as it came, without a byte order mark, or why it is not taken. What is in it has not been looked at.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Utf8, ProblemResult? Refusal)> ReadBytesAsync(HttpRequest request, BodyPolicy policy, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
            return (default, UnsupportedMediaType);
        if (!StringValues.IsNullOrEmpty(request.Headers.ContentEncoding))
            return (default, UnsupportedEncoding);
        var (bytes, refusal) = await BodyReader.ReadAsync(request, policy, cancellationToken);
        return refusal is null ? (WithoutByteOrderMark(bytes), null) : (default, refusal);
    }

    /// <summary>Reads a value from bytes by the same rules.</summary>
    public static Body<T> Parse<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        var strict = StrictJson.Of(type);
        if (IsPlain(utf8.Span))
        {
            try
            {
                if (RawJsonConverter.Read(utf8, strict) is { } value)
                    return new Body<T>(value, utf8);
            }
            catch (JsonException exception)
            {
                return new Body<T>(new JsonDiagnosis(utf8, strict).Explain(exception));
            }
        }

        // It may still be good: an escaped surrogate pair, or a backslash before the letter u, is only unusual.
        return new JsonDiagnosis(utf8, strict).Find() is { } problem ? new Body<T>(problem) : ReadUnusual(utf8, strict);
    }

    private static Body<T> ReadUnusual<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> strict)
        where T : class
    {
        try
        {
            return RawJsonConverter.Read(utf8, strict) is { } value ? new Body<T>(value, utf8) : new Body<T>(JsonDiagnosis.NotAnObject);
        }
        catch (JsonException exception)
        {
            return new Body<T>(new JsonDiagnosis(utf8, strict).Explain(exception));
        }
    }

    /// <summary>UTF-8, an object, and no escape that could make a NUL or half of a surrogate pair. All of it vectorised.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> utf8)
    {
        var first = utf8.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && utf8[first] == (byte)'{' && Utf8.IsValid(utf8)
            && utf8.IndexOf("\\u0000"u8) < 0 && utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0;
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    private static bool IsJson(string? contentType)
    {
        if (contentType is null or "application/json")
            return contentType is not null;
        return Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            && parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!parsed.Charset.HasValue || Microsoft.Net.Http.Headers.HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static ProblemResult UnsupportedMediaType { get; } = Problems.Of(
        415, "unsupported_media_type", "The request body has an unsupported media type", "Send the body as application/json in UTF-8.");

    private static ProblemResult UnsupportedEncoding { get; } = Problems.Of(
        415, "unsupported_media_type", "The request body has an unsupported encoding", "Send the body as it is, without Content-Encoding.");
}
