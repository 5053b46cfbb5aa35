using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>A tenant with a test account, whose messages reach the sandbox, and the calls of somebody who sends in batches.</summary>
internal sealed class BatchTenant
{
    public const string Root = "/api/v1/services/notifications";
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly HttpClient client;
    private readonly string token;

    private BatchTenant(HttpClient client, string token) => (this.client, this.token) = (client, token);

    /// <param name="service">Where.</param>
    /// <param name="contents">Of its published template "own"; null: it has none.</param>
    public static async Task<BatchTenant> CreateAsync(SignInService service, object? contents = null)
    {
        var admin = await service.RegisterAsync();
        if (contents is not null)
        {
            using var made = await service.PostAsync("/api/v1/admin/templates", new { key = "own", name = "Own", contents }, admin.AccessToken);
            made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
            using var published = await service.PostAsync("/api/v1/admin/templates/own/publish", new { version = 1 }, admin.AccessToken);
            published.IsSuccessStatusCode.ShouldBeTrue(await published.Content.ReadAsStringAsync());
        }

        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "test" });
        return new BatchTenant(service.Client, await service.TokenAsync(account.ClientId, account.ClientSecret));
    }

    /// <summary>The same account at another process.</summary>
    public BatchTenant At(HttpClient other) => new(other, token);

    public string Token => token;

    public static string Item(int number, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"recipient":{"email":"person-{{number}}@example.com"},"reference":"r-{{number}}"{{more}}}""");

    public static string Items(int from, int count) => string.Join(",", Enumerable.Range(from, count).Select(number => Item(number)));

    public const string Shared = "\"channel\":\"email\",\"content\":{\"subject\":\"Hello\",\"text\":\"Hello\"}";

    public async Task<Guid> OpenAsync(string items = "", string more = "") =>
        (await AcceptedAsync("send-batch", $"{{{Shared}{more},\"notifications\":[{items}]}}")).GetProperty("batchId").GetGuid();

    public Task<HttpResponseMessage> AddAsync(Guid batch, int sequence, string items, bool final = false) =>
        PostAsync("send-chunk", $$"""{"batchId":"{{batch}}","sequence":{{sequence.ToString(CultureInfo.InvariantCulture)}},"notifications":[{{items}}],"final":{{(final ? "true" : "false")}}}""");

    public async Task<JsonElement> AcceptedAsync(string path, string body, string? key = null)
    {
        using var response = await PostAsync(path, body, key);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string? body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Root}/{path}") { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await AskAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    public async Task<HttpResponseMessage> AskAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request);
    }

    public Task<JsonElement> BatchAsync(Guid batch) => GetAsync($"batches/{batch}");

    public Task<JsonElement> UntilAsync(Guid batch, Func<JsonElement, bool> condition) => Eventually.ValueAsync(() => BatchAsync(batch), condition, Ample);

    public static long Count(JsonElement batch, string name) => batch.GetProperty("deliveries").GetProperty(name).GetInt64();
}
