using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Receipts;

/// <summary>A tenant with a sandbox for e-mail, and the test's hand in the sandbox's name: it signs reports with the provider's secret.</summary>
internal sealed class ReceiptsTenant
{
    public const string Secret = "a secret of the tests";
    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    private readonly SignInService service;
    private readonly string token;

    private ReceiptsTenant(SignInService service, SignInService.Person admin, string token, Guid provider) =>
        (this.service, Admin, this.token, Provider) = (service, admin, token, provider);

    public SignInService.Person Admin { get; }

    public Guid Provider { get; }

    public static async Task<ReceiptsTenant> CreateAsync(SignInService service) => await CreateAsync(service, await service.RegisterAsync());

    public static async Task<ReceiptsTenant> CreateAsync(SignInService service, SignInService.Person admin)
    {
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" });
        return new ReceiptsTenant(service, admin, await service.TokenAsync(account.ClientId, account.ClientSecret), await AddProviderAsync(service, admin, "Sandbox"));
    }

    public Task<Guid> AddProviderAsync(string name, string channel = "email") => AddProviderAsync(service, Admin, name, channel);

    public async Task<Guid> SendAsync(string to, string channel = "email", string text = "Hello Ann")
    {
        object recipient = channel == "email" ? new { email = to } : new { phone = to };
        using var response = await service.PostAsync(
            "/api/v1/services/notifications/send", new { channel, recipient, content = new { subject = "Hello", text } }, token);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("deliveries")[0].GetProperty("id").GetGuid();
    }

    public static Guid NotificationOf(Guid delivery) => Guid.Parse(delivery.ToString()[..35] + "0");

    public async Task<JsonElement> ReadAsync(string path)
    {
        using var response = await service.GetAsync(path, path.Contains("/admin/", StringComparison.Ordinal) ? Admin.AccessToken : token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }

    public async Task<string?> StatusAsync(Guid delivery) =>
        (await ReadAsync($"/api/v1/services/notifications/{NotificationOf(delivery)}")).GetProperty("deliveries")[0].GetProperty("status").GetString();

    public async Task UntilAsync(Guid delivery, string status)
    {
        string? last = null;
        await Eventually.TrueAsync(async () => (last = await StatusAsync(delivery)) == status, Ample, () => $"expected {status}, it is {last}");
    }

    public async Task<IReadOnlyList<string?>> TimelineAsync(Guid delivery)
    {
        var timeline = await ReadAsync($"/api/v1/services/notifications/{NotificationOf(delivery)}/timeline");
        var items = timeline.ValueKind == JsonValueKind.Array ? timeline : timeline.GetProperty("items");
        return [.. items.EnumerateArray().Select(step => step.GetProperty("status").GetString())];
    }

    public Task<HttpResponseMessage> ReportAsync(params object[] reports) => ReportAsync(service.Client, Provider, reports);

    public static Task<HttpResponseMessage> ReportAsync(HttpClient client, Guid provider, params object[] reports)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(reports);
        return PostAsync(client, $"/webhooks/sandbox/{provider}", body, Sign(body));
    }

    public static string Sign(byte[] body, string secret = Secret) => Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, byte[] body, string? signature, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("X-Sandbox-Signature", signature);
        return await client.SendAsync(request);
    }

    private static async Task<Guid> AddProviderAsync(SignInService service, SignInService.Person admin, string name, string channel = "email")
    {
        using var made = await service.PostAsync(
            "/api/v1/admin/providers", new { channel, type = "sandbox", name, priority = 1, credentials = new { receiptSecret = Secret } }, admin.AccessToken);
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(made)).GetProperty("id").GetGuid();
    }
}
