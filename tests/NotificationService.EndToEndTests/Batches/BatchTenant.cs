using System.Globalization;
using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Batches;

/// <summary>A tenant with a test account, whose messages reach the sandbox, and the calls of somebody who sends in batches.</summary>
internal sealed class BatchTenant
{
    public const string Root = ApiClient.Notifications;
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly ApiClient api;

    private BatchTenant(ApiClient api) => this.api = api;

    /// <param name="service">Where.</param>
    /// <param name="contents">Of its published template "own"; null: it has none.</param>
    public static async Task<BatchTenant> CreateAsync(SignInService service, object? contents = null)
    {
        var admin = await service.RegisterAsync();
        if (contents is not null)
            await new ApiClient(service.Client, admin.AccessToken).PublishTemplateAsync("own", new { key = "own", name = "Own", contents });

        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "test" });
        return new BatchTenant(await new ApiClient(service.Client).AccountAsync(account.ClientId, account.ClientSecret));
    }

    /// <summary>The same account at another process.</summary>
    public BatchTenant At(HttpClient other) => new(api.At(other));

    public string Token => api.Token!;

    public static string Item(int number, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"recipient":{"email":"person-{{number}}@example.com"},"reference":"r-{{number}}"{{more}}}""");

    public static string Items(int from, int count) => string.Join(",", Enumerable.Range(from, count).Select(number => Item(number)));

    public const string Shared = "\"channel\":\"email\",\"content\":{\"subject\":\"Hello\",\"text\":\"Hello\"}";

    public async Task<Guid> OpenAsync(string items = "", string more = "") =>
        (await AcceptedAsync("send-batch", $"{{{Shared}{more},\"notifications\":[{items}]}}")).GetProperty("batchId").GetGuid();

    public Task<HttpResponseMessage> AddAsync(Guid batch, int sequence, string items, bool final = false) =>
        PostAsync("send-chunk", $$"""{"batchId":"{{batch}}","sequence":{{sequence.ToString(CultureInfo.InvariantCulture)}},"notifications":[{{items}}],"final":{{(final ? "true" : "false")}}}""");

    public Task<JsonElement> AcceptedAsync(string path, string body, string? key = null) => api.ReadAsync(HttpMethod.Post, $"{Root}/{path}", body, HttpStatusCode.Accepted, key);

    public Task<HttpResponseMessage> PostAsync(string path, string? body, string? key = null) => api.SendAsync(HttpMethod.Post, $"{Root}/{path}", body, key);

    public Task<JsonElement> GetAsync(string path) => api.GetAsync($"{Root}/{path}");

    public Task<HttpResponseMessage> AskAsync(string path) => api.SendAsync(HttpMethod.Get, $"{Root}/{path}");

    public Task<JsonElement> BatchAsync(Guid batch) => GetAsync($"batches/{batch}");

    public Task<JsonElement> UntilAsync(Guid batch, Func<JsonElement, bool> condition) => Eventually.ValueAsync(() => BatchAsync(batch), condition, Ample);

    public static long Count(JsonElement batch, string name) => batch.GetProperty("deliveries").GetProperty(name).GetInt64();
}
