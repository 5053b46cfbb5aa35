using System.Text.Json;

namespace NotificationService.Testing.OpenApi;

/// <summary>The service's own OpenAPI document as a referee: whether a response, or an example in it, is what it says.</summary>
public sealed class PublishedContract
{
    private readonly SchemaCheck requests;
    private readonly SchemaCheck responses;
    private readonly List<Route> routes;

    public PublishedContract(JsonElement document)
    {
        requests = new SchemaCheck(document, ofResponses: false);
        responses = new SchemaCheck(document, ofResponses: true);
        routes = [.. from path in document.GetProperty("paths").EnumerateObject()
                     from operation in path.Value.EnumerateObject()
                     where operation.Name is "get" or "post" or "put" or "patch" or "delete"
                     select new Route(path.Name.Split('/'), operation.Name.ToUpperInvariant(), operation.Value)];
    }

    /// <summary>What of a live answer contradicts the document. A path that the document does not have is nothing to it.</summary>
    /// <param name="method">In capitals.</param>
    /// <param name="path">Without the query.</param>
    /// <param name="status">Of the response.</param>
    /// <param name="mediaType">Of the response, without parameters; null when it has no body.</param>
    /// <param name="body">The response's JSON, if it is JSON.</param>
    public IEnumerable<string> Faults(string method, string path, int status, string? mediaType, JsonElement? body)
    {
        if (Find(method, path) is not { } found)
            return [];
        if (!found.Operation.GetProperty("responses").TryGetProperty(status.ToString(), out var response))
            return [$"the status {status} is not in the document"];
        if (mediaType is null)
            return response.TryGetProperty("content", out _) ? ["has no body"] : [];
        if (!response.TryGetProperty("content", out var content) || !content.TryGetProperty(mediaType, out var media))
            return [$"{mediaType} is not in the document"];
        return body is { } json && media.TryGetProperty("schema", out var schema) ? responses.Faults(schema, json, "") : [];
    }

    /// <summary>What of a request that the service took contradicts the document.</summary>
    /// <param name="method">In capitals.</param>
    /// <param name="path">Without the query.</param>
    /// <param name="mediaType">Of the request, without parameters.</param>
    /// <param name="body">Its JSON; null where it is none.</param>
    public IEnumerable<string> RequestFaults(string method, string path, string mediaType, JsonElement? body)
    {
        if (Find(method, path) is not { } found)
            return [];
        if (!found.Operation.TryGetProperty("requestBody", out var request))
            return body is { ValueKind: JsonValueKind.Object } empty && !empty.EnumerateObject().Any() ? [] : ["a body is not in the document"];
        if (!request.GetProperty("content").TryGetProperty(mediaType, out var media))
            return [$"{mediaType} is not in the document"];
        if (!media.TryGetProperty("schema", out var schema))
            return [];
        return body is { } json ? requests.Faults(schema, json, "") : ["is no JSON"];
    }

    /// <summary>Every example of a request or a response that does not fit its own schema. A file's bytes have no example.</summary>
    public IEnumerable<string> FaultyExamples() =>
        from route in routes
        from media in MediaOf(route.Operation)
        where media.Media.TryGetProperty("example", out _)
        from fault in (media.Name.StartsWith("request", StringComparison.Ordinal) ? requests : responses).Faults(media.Media.GetProperty("schema"), media.Media.GetProperty("example"), "")
        where !(media.Name.Contains("multipart/form-data", StringComparison.Ordinal) && fault == "/file: is required")
        select $"{route.Method} {string.Join('/', route.Segments)} {media.Name} {fault}";

    /// <summary>How many examples there are.</summary>
    public int Examples => routes.SelectMany(route => MediaOf(route.Operation)).Count(media => media.Media.TryGetProperty("example", out _));

    private Route? Find(string method, string path) => routes.Where(route => route.Method == method && route.Fits(path.Split('/'))).MaxBy(route => route.Literals);

    private static IEnumerable<(string Name, JsonElement Media)> MediaOf(JsonElement operation)
    {
        if (operation.TryGetProperty("requestBody", out var request))
        {
            foreach (var media in request.GetProperty("content").EnumerateObject())
                yield return ($"request {media.Name}", media.Value);
        }

        foreach (var response in operation.GetProperty("responses").EnumerateObject())
        {
            if (!response.Value.TryGetProperty("content", out var content))
                continue;
            foreach (var media in content.EnumerateObject())
                yield return ($"{response.Name} {media.Name}", media.Value);
        }
    }

    private sealed record Route(string[] Segments, string Method, JsonElement Operation)
    {
        public int Literals { get; } = Segments.Count(segment => !segment.StartsWith('{'));

        public bool Fits(string[] path) =>
            path.Length == Segments.Length && Segments.Zip(path).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);
    }
}
