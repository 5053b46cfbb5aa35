using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>
/// What a stranger's generator makes of the OpenAPI document: <c>openapi-typescript</c> types, under which a program with the calls of docs/quick-start.md must
/// compile strictly, and run.
/// </summary>
public sealed class GeneratedClientTests(ShellTests.Service running) : IClassFixture<ShellTests.Service>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("generated-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_client_generated_from_the_document_makes_the_calls_of_the_quick_start()
    {
        var node = await NodeProgram.WithAsync("openapi-typescript@7.13.0", "typescript@5.9.3", "openapi-fetch@0.17.0", "@types/node@20.19.25");
        var modules = Path.Combine(node.Home, "node_modules");
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), modules);
        await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), await running.Main.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        File.Copy(Path.Combine(Repository.Root, "tests", "NotificationService.EndToEndTests", "Http", "quick-start-calls.ts"), Path.Combine(folder, "quick-start-calls.ts"));
        await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), """{ "type": "module" }""");

        await Tool.RunAsync(folder, "node", [Path.Combine(modules, "openapi-typescript", "bin", "cli.js"), "openapi.json", "-o", "schema.d.ts"]);
        await Tool.RunAsync(folder, "node",
            [Path.Combine(modules, "typescript", "bin", "tsc"), "--strict", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext", "--types", "node", "--skipLibCheck", "quick-start-calls.ts"]);
        var printed = JsonElement.Parse(await Tool.RunAsync(folder, "node", ["quick-start-calls.js", running.Main.Address.ToString()]));

        printed.GetProperty("status").GetString().ShouldBe("queued");
        (printed.GetProperty("steps").GetBoolean(), printed.GetProperty("explained").GetBoolean()).ShouldBe((true, true));
        printed.GetProperty("newest").GetString().ShouldBe("some");
        (printed.GetProperty("accepted").GetInt32(), printed.GetProperty("total").GetInt32()).ShouldBe((2, 2));
    }
}
