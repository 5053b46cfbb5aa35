using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>The published description says of every call what a caller needs.</summary>
public sealed class OpenApiTests(ShellTests.Service running) : IClassFixture<ShellTests.Service>
{
    [Fact]
    public async Task Every_call_has_a_summary_examples_and_problems()
    {
        var routes = await PublishedRoutes.ReadAsync(running.Process.Client);

        routes.Operations.ShouldNotBeEmpty();
        routes.Operations.SelectMany(call => Lacks(call.Operation).Select(lack => $"{call.Method} {call.Path} {lack}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_says_how_to_sign_in()
    {
        using var document = JsonDocument.Parse(await running.Process.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        var schemes = document.RootElement.GetProperty("components").GetProperty("securitySchemes");
        schemes.GetProperty("oauth2").GetProperty("flows").GetProperty("clientCredentials").GetProperty("tokenUrl").GetString().ShouldBe("/oauth/token");
        schemes.GetProperty("bearer").GetProperty("scheme").GetString().ShouldBe("bearer");
    }

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
