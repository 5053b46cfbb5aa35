using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Pages;

/// <summary>The console is compiled against an excerpt of the published document. What the excerpt says, the service still says; it may say more.</summary>
public sealed class ConsoleDocumentTests(ShellTests.Service running) : IClassFixture<ShellTests.Service>
{
    private const string Excerpt = "src/NotificationService.Console/src/console/api/openapi.json";

    [Fact]
    public async Task What_the_console_relies_on_is_in_the_published_document()
    {
        using var excerpt = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, Excerpt)));
        using var published = JsonDocument.Parse(await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var paths = excerpt.RootElement.GetProperty("paths");

        paths.EnumerateObject().Count().ShouldBeGreaterThan(50);
        Lacks(paths, published.RootElement.GetProperty("paths"), "")
            .Concat(Lacks(excerpt.RootElement.GetProperty("components"), published.RootElement.GetProperty("components"), ""))
            .ShouldBeEmpty("the console's README says how the excerpt is made anew");
    }

    [Theory]
    [InlineData("""{ "type": "string" }""", """{ "type": "string", "description": "more" }""", 0)]
    [InlineData("""{ "type": "string" }""", """{ "type": ["null", "string"] }""", 1)]
    [InlineData("""{ "properties": { "a": {} } }""", """{ "properties": { "b": {} } }""", 1)]
    [InlineData("""{ "required": ["a", "b"] }""", """{ "required": ["b", "a"] }""", 0)]
    [InlineData("""{ "required": ["a"] }""", """{ "required": ["a", "b"] }""", 0)]
    [InlineData("""{ "required": ["a", "b"] }""", """{ "required": ["a"] }""", 1)]
    [InlineData("""{ "parameters": [{ "name": "a" }] }""", """{ "parameters": [{ "name": "b" }, { "name": "a", "in": "query" }] }""", 0)]
    public void A_difference_that_matters_is_seen(string relied, string said, int faults) =>
        Lacks(JsonSerializer.Deserialize<JsonElement>(relied), JsonSerializer.Deserialize<JsonElement>(said), "").Count().ShouldBe(faults);

    private static IEnumerable<string> Lacks(JsonElement relied, JsonElement said, string at)
    {
        if (relied.ValueKind != said.ValueKind)
            return [at];
        return relied.ValueKind switch
        {
            JsonValueKind.Object => relied.EnumerateObject().Where(one => one.Name != "description").SelectMany(
                one => said.TryGetProperty(one.Name, out var other) ? Lacks(one.Value, other, $"{at}/{one.Name}") : [$"{at}/{one.Name}"]),
            JsonValueKind.Array => relied.EnumerateArray().SelectMany(
                (one, index) => said.EnumerateArray().Any(other => !Lacks(one, other, at).Any()) ? [] : (string[])[$"{at}/{index}"]),
            _ => JsonElement.DeepEquals(relied, said) ? [] : [at],
        };
    }
}
