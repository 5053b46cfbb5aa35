using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>A running service with the demo tenant, and its admin at the calls of templates.</summary>
public sealed class TemplateEditor(PostgresCluster cluster) : IAsyncLifetime
{
    public const string Root = "/api/v1/admin/templates";

    private ServiceInProcess? main;
    private ApiClient? admin;
    private int keys;

    private ApiClient Admin => admin ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync()
    {
        main = await ServiceInProcess.StartAsync(await cluster.CreateDatabaseAsync(), ("Notification__RateLimits__AuthPerMinute", "0"));
        admin = await new ApiClient(main.Client).DemoAdminAsync();
    }

    public ValueTask DisposeAsync() => main?.DisposeAsync() ?? ValueTask.CompletedTask;

    public string NewKey() => $"edited-{Interlocked.Increment(ref keys)}";

    public static string Template(string key, string subject, string html = "<p>Hello</p>") => JsonSerializer.Serialize(new
    {
        key,
        name = "A template",
        category = "tests",
        contents = new { email = new { en = new { subject, html } } },
    });

    public static string Contents(string subject) => JsonSerializer.Serialize(new { contents = new { email = new { en = new { subject, html = "<p>Hello</p>" } } } });

    /// <summary>As the demo's admin, unless a token says otherwise. A response without a body reads as undefined.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(HttpMethod method, string path, string? body = null, string? token = null)
    {
        using var response = await (token is null ? Admin : Admin.As(token)).SendAsync(method, path, body);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return (response.StatusCode, bytes.Length == 0 ? default : JsonDocument.Parse(bytes).RootElement);
    }

    public async Task<JsonElement> DoneAsync(HttpMethod method, string path, string? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var (status, response) = await CallAsync(method, path, body);
        status.ShouldBe(expected, response.ValueKind == JsonValueKind.Undefined ? path : response.GetRawText());
        return response;
    }

    /// <summary>Creates a template and publishes it.</summary>
    public async Task<string> PublishedAsync(string subject)
    {
        var key = NewKey();
        await DoneAsync(HttpMethod.Post, Root, Template(key, subject), HttpStatusCode.Created);
        await DoneAsync(HttpMethod.Post, $"{Root}/{key}/publish");
        return key;
    }

    /// <summary>Somebody of the platform.</summary>
    public async Task<string> PlatformAdminAsync() =>
        (await Admin.LoginAsync("platform@demo.test", "Demo-platform-1!")).Token ?? "";

    /// <summary>Somebody who may do everything, but of another tenant.</summary>
    public async Task<string> StrangerAsync()
    {
        var registered = await DoneAsync(HttpMethod.Post, "/api/v1/auth/register-tenant",
            $$$"""{"tenantName":"Strangers","starter":false,"admin":{"email":"{{{NewKey()}}}@example.com","password":"correct horse battery 1!","name":"Eve"}}""", HttpStatusCode.Created);
        return registered.GetProperty("accessToken").GetString() ?? "";
    }
}
