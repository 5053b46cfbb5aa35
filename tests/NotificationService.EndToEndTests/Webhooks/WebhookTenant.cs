using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>A tenant of its own and what its admin does with webhook endpoints.</summary>
internal sealed class WebhookTenant
{
    public const string Path = "/api/v1/admin/webhook-endpoints";
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    private readonly HttpClient client;

    private WebhookTenant(HttpClient client, SignInService.Person admin) => (this.client, Admin) = (client, admin);

    public SignInService.Person Admin { get; }

    public static async Task<WebhookTenant> CreateAsync(SignInService service, HttpClient? client = null) => new(client ?? service.Client, await service.RegisterAsync());

    /// <summary>An endpoint as the answer to its making shows it.</summary>
    public async Task<JsonElement> CreateEndpointAsync(string url, params string[] events)
    {
        var (status, made, _) = await SendAsync(HttpMethod.Post, Path, JsonSerializer.Serialize(new { url, events = events.Length == 0 ? ["delivery.*"] : events }));
        status.ShouldBe(HttpStatusCode.Created, made.ToString());
        return made;
    }

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var response = await new ApiClient(client, Admin.AccessToken).SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), response.Headers);
    }

    /// <summary>The codes of what was wrong with a field.</summary>
    public static IEnumerable<(string Pointer, string Code)> Errors(JsonElement problem) => problem.TryGetProperty("errors", out var errors)
        ? errors.EnumerateArray().Select(error => (error.GetProperty("pointer").GetString()!, error.GetProperty("code").GetString()!))
        : [];

    /// <summary>Messages of an endpoint that have ended, each with one attempt, as a worker would have left them.</summary>
    public async Task<IReadOnlyList<Guid>> PlantAsync(TestDatabase database, string endpoint, int count, int state = 3, string type = "delivery.failed", string dueAt = "now()")
    {
        var ids = Enumerable.Range(0, count).Select(_ => database.Ids.Next()).Order().ToList();
        foreach (var id in ids)
        {
            await database.ExecuteAsync($$"""
                insert into webhook_messages (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, state, reason, attempts, due_at, created_at, ended_at)
                values ('{{id}}', '{{Admin.Tenant}}', '{{endpoint}}', 'evt_{{id:N}}', '{{type}}', '{{id}}', 1, now(), '{"type":"{{type}}"}', {{state}}, 'exhausted', 1, {{dueAt}}, now(), now());
                insert into webhook_attempts (message_id, number, tenant_id, endpoint_id, started_at, duration_ms, outcome, status, error, request_headers, response_headers, response_body)
                values ('{{id}}', 1, '{{Admin.Tenant}}', '{{endpoint}}', now(), 12, 2, 503, 'http_status', '{"webhook-id":"evt_{{id:N}}"}', '{"retry-after":"9"}', repeat('x', 5000));
                """);
        }

        return ids;
    }
}
