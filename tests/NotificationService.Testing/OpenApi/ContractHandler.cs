using System.Net.Http.Json;
using System.Text.Json;

namespace NotificationService.Testing.OpenApi;

/// <summary>
/// Holds every JSON answer that a test gets from the running service against the document that the service publishes, and every JSON request that the
/// service took, and throws <see cref="ContractException"/> where they contradict each other. The document is read once for all tests: they run one build.
/// </summary>
public sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Json = "application/json";

    private static readonly Uri DocumentPath = new("/openapi/v1.json", UriKind.Relative);
    private static PublishedContract? published;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = await SentAsync(request.Content, cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        if (!path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/oauth/", StringComparison.Ordinal))
            return response;
        if (await ContractAsync(request.RequestUri, cancellationToken) is not { } contract)
            return response;
        var body = await BodyAsync(response, mediaType, cancellationToken);
        var faults = contract.Faults(request.Method.Method, path, (int)response.StatusCode, mediaType, body).Take(5).ToList();
        if (faults.Count > 0)
            throw new ContractException($"{request.Method} {path} answered {(int)response.StatusCode}: {string.Join("; ", faults)}");
        if (sent is not { Length: > 0 } || !response.IsSuccessStatusCode || HasRejected(body))
            return response;
        var wrong = contract.RequestFaults(request.Method.Method, path, Json, Parse(sent)).Take(5).ToList();
        return wrong.Count == 0 ? response : throw new ContractException($"{request.Method} {path} answered {(int)response.StatusCode} to a request that it does not describe: {string.Join("; ", wrong)}");
    }

    /// <summary>Items of it were not taken, and need not be what the document describes.</summary>
    private static bool HasRejected(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } response && response.TryGetProperty("rejected", out var rejected) && rejected.ValueKind == JsonValueKind.Array && rejected.GetArrayLength() > 0;

    /// <summary>A JSON body that stands in memory. One that is made while it is sent is sent once.</summary>
    private static async Task<byte[]?> SentAsync(HttpContent? content, CancellationToken cancellationToken) =>
        content is ByteArrayContent or JsonContent && content.Headers.ContentType?.MediaType == Json && content.Headers.ContentEncoding.Count == 0
            ? await content.ReadAsByteArrayAsync(cancellationToken)
            : null;

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of a response that is cut off, nothing is said here: the test sees that by itself.</summary>
    private static async Task<JsonElement?> BodyAsync(HttpResponseMessage response, string? mediaType, CancellationToken cancellationToken)
    {
        if (mediaType is not (Json or "application/problem+json"))
            return null;
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return json.RootElement.Clone();
    }

    private async Task<PublishedContract?> ContractAsync(Uri service, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref published) is { } known)
            return known;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service, DocumentPath));
        using var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        var contract = new PublishedContract(document.RootElement.Clone());
        Volatile.Write(ref published, contract);
        return contract;
    }
}

/// <summary>A response of the service that its own document does not allow.</summary>
public sealed class ContractException(string message) : Exception(message);
