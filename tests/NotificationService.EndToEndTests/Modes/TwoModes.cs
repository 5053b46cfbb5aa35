using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Modes;

/// <summary>A tenant with a live and a test account and its admin, and the calls of each.</summary>
internal sealed class TwoModes
{
    public const string Root = ApiClient.Notifications;

    public const string Webhooks = "/api/v1/admin/webhook-endpoints";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);
    private static readonly string Later = TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private readonly SignInService service;
    private readonly Dictionary<string, string> tokens;

    private TwoModes(SignInService service, Guid tenant, Dictionary<string, string> tokens) => (this.service, Tenant, this.tokens) = (service, tenant, tokens);

    public Guid Tenant { get; }

    public static string Other(string mode) => mode == "live" ? "test" : "live";

    public static async Task<TwoModes> CreateAsync(SignInService service)
    {
        var admin = await service.RegisterAsync();
        var template = new { key = "order-shipped", name = "Order shipped", contents = new { email = new { en = new { subject = "Order {{orderId}}", html = "<p>{{orderId}}</p>", text = "{{orderId}}" } } } };
        await new ApiClient(service.Client, admin.AccessToken).PublishTemplateAsync("order-shipped", template);
        var byMode = new Dictionary<string, string> { ["person"] = admin.AccessToken };
        foreach (var mode in (string[])["live", "test"])
        {
            var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read", "admin" }, mode });
            byMode[mode] = await service.TokenAsync(account.ClientId, account.ClientSecret);
        }

        return new TwoModes(service, admin.Tenant, byMode);
    }

    public static string Send(string email = "ann@example.com") => $$"""{"recipient":{"email":"{{email}}"},"channel":"email","content":{"subject":"Hello","text":"Hello"},"sendAt":"{{Later}}"}""";

    public static string Batch(string items = "", bool isFinal = false) =>
        $$"""{"channel":"email","content":{"subject":"Hello","text":"Hello"},"sendAt":"{{Later}}","notifications":[{{items}}],"final":{{(isFinal ? "true" : "false")}}}""";

    public static string Item(string key) => $$"""{"recipient":{"email":"ann@example.com"},"idempotencyKey":"{{key}}"}""";

    public async Task<Guid> SendAsync(string mode) => (await AcceptedAsync(mode, "send", Send())).GetProperty("id").GetGuid();

    public async Task<Guid> OpenAsync(string mode, string items = "", bool isFinal = false) => (await AcceptedAsync(mode, "send-batch", Batch(items, isFinal))).GetProperty("batchId").GetGuid();

    public async Task<JsonElement> AcceptedAsync(string mode, string path, string body, string? key = null)
    {
        using var response = await PostAsync(mode, $"{Root}/{path}", body, key);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        response.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        return await SignInService.ReadAsync(response);
    }

    /// <summary>A webhook endpoint, at an address that nobody answers.</summary>
    public async Task<Guid> EndpointAsync(string events)
    {
        using var response = await PostAsync("person", Webhooks, $$"""{"url":"https://hooks.invalid/in","events":{{events}}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetGuid();
    }

    /// <summary>A job whose rows are all notifications that wait for their time.</summary>
    public async Task<Guid> JobAsync(string mode, string csv, string? key = null, params (string Name, string Value)[] fields)
    {
        using var response = await UploadAsync(mode, csv, key, fields);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        response.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        var job = (await SignInService.ReadAsync(response)).GetProperty("jobId").GetGuid();
        await Eventually.ValueAsync(() => GetAsync(mode, $"{Root}/bulk/{job}"), found => found.GetProperty("status").GetString() == "completed", Ample);
        return job;
    }

    public async Task<HttpResponseMessage> UploadAsync(string mode, string csv, string? key = null, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("template", "order-shipped"), ("channel", "email"), ("sendAt", Later), .. fields])
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "file", "people.csv");
        return await By(mode).SendAsync(HttpMethod.Post, $"{Root}/bulk/csv", form, key);
    }

    public async Task<JsonElement> GetAsync(string mode, string path)
    {
        using var response = await AskAsync(mode, HttpMethod.Get, path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    public Task<HttpResponseMessage> PostAsync(string mode, string path, string? body = null, string? key = null) => By(mode).SendAsync(HttpMethod.Post, path, body, key);

    public Task<HttpResponseMessage> AskAsync(string mode, HttpMethod method, string path) => By(mode).SendAsync(method, path);

    /// <summary>What is stored of the tenant, as far as a caller can change it.</summary>
    public Task<string> StoredAsync() => service.Database.ScalarAsync<string>($"""
        select coalesce(string_agg(line, e'\n' order by line), '') from (
            select 'delivery ' || concat_ws(' ', id, status, due_at, timeline_seq, chain) as line from deliveries where tenant_id = '{Tenant}'
            union all select 'batch ' || concat_ws(' ', id, state, held, closed_at) from batches where tenant_id = '{Tenant}'
            union all select 'chunk ' || concat_ws(' ', batch_id, sequence) from batch_chunks where tenant_id = '{Tenant}'
            union all select 'job ' || concat_ws(' ', id, state, upload, rows_total) from bulk_jobs where tenant_id = '{Tenant}'
            union all select 'notification ' || id from notifications where tenant_id = '{Tenant}'
            union all select 'message ' || concat_ws(' ', id, state, first_attempt) from webhook_messages where tenant_id = '{Tenant}'
            union all select 'replay ' || id from webhook_replays where tenant_id = '{Tenant}'
            union all select 'key ' || encode(key_hash, 'hex') from idempotency_keys where tenant_id = '{Tenant}') stored
        """);

    private ApiClient By(string mode) => new(service.Client, tokens[mode]);
}
