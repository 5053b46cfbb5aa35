using System.Text.Json;

namespace NotificationService.EndToEndTests.Http;

/// <summary>The service's routes as its OpenAPI document shows them, so that what is tested of all routes is tested of new ones too.</summary>
internal sealed class PublishedRoutes(JsonElement document)
{
    public static async Task<PublishedRoutes> ReadAsync(HttpClient client)
    {
        await using var text = await client.GetStreamAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        return new PublishedRoutes((await JsonDocument.ParseAsync(text)).RootElement);
    }

    public IEnumerable<(string Path, string Method, JsonElement Operation)> Operations =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "post" or "put" or "patch" or "delete"
        select (path.Name, operation.Name.ToUpperInvariant(), operation.Value);

    /// <summary>The paths that a line of the corpus is meant for: one by name, or all of a kind.</summary>
    public IReadOnlyList<string> Of(string route) => route switch
    {
        "*json" => Paths("POST", operation => TakesJson(operation) && !Has(operation, "path", name: null)),
        // Files of templates, and many recipients at once, may be larger than other bodies.
        "*small" => [.. Of("*json").Where(path => !path.EndsWith("/templates/import", StringComparison.Ordinal) && !path.EndsWith("/recipients/bulk", StringComparison.Ordinal))],
        "*keyed" => Paths("POST", operation => TakesKey(operation) && !Has(operation, "path", name: null)),
        "*protected" => Paths("GET", operation => operation.TryGetProperty("security", out var security) && security.GetArrayLength() > 0),
        "*page" => Paths("GET", operation => Has(operation, "query", "page")),
        "*list" => Paths("GET", operation => Has(operation, "query", "limit")),
        "*cursor" => Paths("GET", operation => Has(operation, "query", "cursor")),
        _ => [route],
    };

    private List<string> Paths(string method, Func<JsonElement, bool> where) =>
        [.. Operations.Where(operation => operation.Method == method && where(operation.Operation)).Select(operation => Filled(operation.Path, operation.Operation))];

    /// <summary>The path of something that does not exist: every parameter has a value of its kind.</summary>
    public static string Filled(string path, JsonElement operation)
    {
        foreach (var parameter in Parameters(operation).Where(parameter => parameter.GetProperty("in").GetString() == "path"))
        {
            var isNumber = parameter.GetProperty("schema").TryGetProperty("type", out var type) && type.ToString().Contains("integer", StringComparison.Ordinal);
            path = path.Replace($"{{{parameter.GetProperty("name").GetString()}}}", isNumber ? "999" : "01890a5d-ac96-774b-bcce-b302099a8057", StringComparison.Ordinal);
        }

        return path;
    }

    public static bool TakesJson(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out _);

    /// <summary>The document says that a POST to the path needs no body.</summary>
    public bool MayLeaveOutBody(string path) => Operations.Any(operation =>
        operation.Path == path && operation.Method == "POST" && operation.Operation.TryGetProperty("description", out var description) && description.GetString()!.Contains("body may be left out", StringComparison.Ordinal));

    /// <summary>The body that the document shows, if the call takes one in JSON.</summary>
    public static string? Example(JsonElement operation) =>
        TakesJson(operation) ? operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText() : null;

    /// <summary>The names of what stands behind the path, paging apart.</summary>
    public static IEnumerable<string> Filters(JsonElement operation) =>
        Parameters(operation).Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!)
            .Where(static name => name is not ("page" or "limit" or "cursor"));

    public static bool TakesKey(JsonElement operation) => Has(operation, "header", "Idempotency-Key");

    private static bool Has(JsonElement operation, string place, string? name) =>
        Parameters(operation).Any(parameter =>
            parameter.GetProperty("in").GetString() == place && (name is null || parameter.GetProperty("name").GetString() == name));

    private static List<JsonElement> Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray()] : [];
}
