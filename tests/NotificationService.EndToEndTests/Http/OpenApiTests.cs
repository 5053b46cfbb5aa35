using System.Text.Json;
using NotificationService.Host.Api;
using NotificationService.Testing;
using NotificationService.Testing.OpenApi;

namespace NotificationService.EndToEndTests.Http;

/// <summary>The published description says of every call what a caller needs.</summary>
public sealed class OpenApiTests(ShellTests.Service running) : IClassFixture<ShellTests.Service>
{
    [Fact]
    public async Task Every_call_has_a_summary_examples_and_problems()
    {
        var routes = await PublishedRoutes.ReadAsync(running.Main.Client);

        routes.Operations.ShouldNotBeEmpty();
        routes.Operations.SelectMany(call => Lacks(call.Operation).Select(lack => $"{call.Method} {call.Path} {lack}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        using var document = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var contract = new PublishedContract(document.RootElement);

        contract.Examples.ShouldBeGreaterThan(90);
        contract.FaultyExamples().ShouldBeEmpty();
    }

    /// <summary>"5" where 5 is meant is refused.</summary>
    [Fact]
    public async Task A_number_is_no_text()
    {
        using var document = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        var types = TypesIn(document.RootElement).ToList();

        types.ShouldContain(names => names.Contains("integer"));
        types.Where(names => names.Contains("string") && (names.Contains("integer") || names.Contains("number"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_post_of_a_service_takes_an_idempotency_key()
    {
        var routes = await PublishedRoutes.ReadAsync(running.Main.Client);

        var posts = routes.Operations.Where(call => call.Method == "POST" && call.Path.StartsWith("/api/v1/services/", StringComparison.Ordinal)).ToList();
        posts.Count.ShouldBeGreaterThan(10);
        // A token that is asked for twice is two tokens: one that is kept for a repeat would be a secret that is kept. That somebody types is stored nowhere, and what columns would be taken for is only answered.
        posts.Where(call => !PublishedRoutes.TakesKey(call.Operation)).Select(call => call.Path)
            .ShouldBe(["/api/v1/services/notifications/bulk/columns", "/api/v1/services/typing", "/api/v1/services/recipients/{userId}/tokens"], ignoreOrder: true);
    }

    [Fact]
    public async Task It_has_every_limit_and_its_schemas_have_the_most_items_of_a_call()
    {
        using var document = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        document.RootElement.GetProperty("info").GetProperty("description").GetString()!.ShouldContain(Limits.Table);
        foreach (var call in (string[])["send-batch", "send-chunk"])
        {
            var body = document.RootElement.GetProperty("paths").GetProperty($"/api/v1/services/notifications/{call}").GetProperty("post").GetProperty("requestBody");
            body.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").GetProperty("notifications").GetProperty("maxItems").GetInt32()
                .ShouldBe(10_000);
        }
    }

    [Fact]
    public async Task It_says_how_to_sign_in()
    {
        using var document = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        var schemes = document.RootElement.GetProperty("components").GetProperty("securitySchemes");
        schemes.GetProperty("oauth2").GetProperty("flows").GetProperty("clientCredentials").GetProperty("tokenUrl").GetString().ShouldBe("/oauth/token");
        schemes.GetProperty("bearer").GetProperty("scheme").GetString().ShouldBe("bearer");
    }

    [Fact]
    public async Task An_upload_is_described_field_by_field()
    {
        using var document = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        var schema = document.RootElement.GetProperty("paths").GetProperty("/api/v1/services/notifications/bulk/csv").GetProperty("post").GetProperty("requestBody")
            .GetProperty("content").GetProperty("multipart/form-data").GetProperty("schema");
        if (schema.TryGetProperty("$ref", out var reference))
            schema = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);

        schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["file"]);
        var fields = schema.GetProperty("properties").EnumerateObject().ToDictionary(field => field.Name, field => field.Value);
        fields.Keys.Order().ShouldBe(BulkFields.Order());
        fields.Where(field => field.Key != "file" && !field.Value.TryGetProperty("description", out var _)).Select(field => field.Key).ShouldBeEmpty();
        var file = fields["file"].TryGetProperty("$ref", out var shared) ? document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty(shared.GetString()!.Split('/')[^1]) : fields["file"];
        (file.GetProperty("type").GetString(), file.GetProperty("format").GetString()).ShouldBe(("string", "binary"));
        // What a page puts into the form before anybody types.
        fields.Where(field => field.Key != "file").ToDictionary(field => field.Key, field => field.Value.GetProperty("examples")[0].GetString()).Where(field => field.Value != "").ToDictionary()
            .ShouldBe(new Dictionary<string, string?> { ["template"] = "order-shipped", ["channel"] = "email", ["name"] = "november sale" }, ignoreOrder: true);
    }

    /// <summary>Of every schema, wherever it stands.</summary>
    private static IEnumerable<string[]> TypesIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(TypesIn),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name != "type"
            ? TypesIn(member.Value)
            : member.Value.ValueKind switch
            {
                JsonValueKind.String => [[member.Value.GetString()!]],
                JsonValueKind.Array => [[.. member.Value.EnumerateArray().Select(name => name.GetString()!)]],
                _ => TypesIn(member.Value),
            }),
        _ => [],
    };

    private static readonly string[] BulkFields =
    [
        "file", "template", "channel", "channels", "mapping", "mode", "idempotencyColumn", "dryRun", "sendAt", "ratePerMinute", "category", "priority", "name", "continues", "force",
    ];

    private static IEnumerable<string> Lacks(JsonElement operation)
    {
        if (!operation.TryGetProperty("summary", out var summary) || string.IsNullOrWhiteSpace(summary.GetString()))
            yield return "has no summary";
        if (operation.TryGetProperty("requestBody", out var request) && !request.GetProperty("content").EnumerateObject().All(media => media.Value.TryGetProperty("example", out _)))
            yield return "has no example of its body";

        var responses = operation.GetProperty("responses").EnumerateObject().ToList();
        var good = responses.Where(response => response.Name.StartsWith('2')).ToList();
        if (good.Count == 0)
            yield return "has no successful answer";
        if (!good.All(response => !response.Value.TryGetProperty("content", out var content) || content.EnumerateObject().All(media => media.Value.TryGetProperty("example", out _))))
            yield return "has no example of its answer";
        if (!responses.Any(response => response.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/problem+json", out _)))
            yield return "has no problems";
    }
}
