using System.Text.Json;

namespace NotificationService.Testing.OpenApi;

/// <summary>
/// Holds every JSON answer that a test gets from the running service against the document that the service publishes, and throws
/// <see cref="ContractException"/> where they contradict each other. The document is read once for all tests: they run one build.
/// </summary>
public sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly Uri DocumentPath = new("/openapi/v1.json", UriKind.Relative);
    private static PublishedContract? published;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        if (!path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/oauth/", StringComparison.Ordinal))
            return answer;
        if (await ContractAsync(request.RequestUri, cancellationToken) is not { } contract)
            return answer;
        var body = await BodyAsync(answer, mediaType, cancellationToken);
        var faults = contract.Faults(request.Method.Method, path, (int)answer.StatusCode, mediaType, body).Take(5).ToList();
        return faults.Count == 0 ? answer : throw new ContractException($"{request.Method} {path} answered {(int)answer.StatusCode}: {string.Join("; ", faults)}");
    }

    /// <summary>Of an answer that is cut off, nothing is said here: the test sees that by itself.</summary>
    private static async Task<JsonElement?> BodyAsync(HttpResponseMessage answer, string? mediaType, CancellationToken cancellationToken)
    {
        if (mediaType is not ("application/json" or "application/problem+json"))
            return null;
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return json.RootElement.Clone();
    }

    private async Task<PublishedContract?> ContractAsync(Uri service, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref published) is { } known)
            return known;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service, DocumentPath));
        using var answer = await base.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            return null;
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        var contract = new PublishedContract(document.RootElement.Clone());
        Volatile.Write(ref published, contract);
        return contract;
    }
}

/// <summary>An answer of the service that its own document does not allow.</summary>
public sealed class ContractException(string message) : Exception(message);
