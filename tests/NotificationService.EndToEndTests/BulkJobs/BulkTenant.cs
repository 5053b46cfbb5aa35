using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A tenant with a template for orders and a test account, and the calls of somebody who uploads files.</summary>
internal sealed class BulkTenant
{
    public const string Root = ApiClient.Notifications;

    /// <summary>Before the name of a field that stands behind the file.</summary>
    public const string AfterFile = "after:";

    private readonly ApiClient api;

    private BulkTenant(ApiClient api) => this.api = api;

    public static async Task<BulkTenant> CreateAsync(SignInService service)
    {
        var admin = await service.RegisterAsync();
        var template = new
        {
            key = "order-shipped",
            name = "Order shipped",
            contents = new
            {
                email = new { en = new { subject = "Order {{orderId}}", html = "<p>Dear {{name}}, order {{orderId}} is on its way.</p>", text = "Dear {{name}}, order {{orderId}} is on its way." } },
                sms = new { en = new { text = "Order {{orderId}} is on its way." } },
            },
        };
        await new ApiClient(service.Client, admin.AccessToken).PublishTemplateAsync("order-shipped", template);
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "test" });
        return new BulkTenant(await new ApiClient(service.Client).AccountAsync(account.ClientId, account.ClientSecret));
    }

    public Task<HttpResponseMessage> UploadAsync(string csv, params (string Name, string Value)[] fields) => UploadAsync(Encoding.UTF8.GetBytes(csv), fields);

    public Task<HttpResponseMessage> UploadAsync(byte[] file, params (string Name, string Value)[] fields) => UploadAsync(new ByteArrayContent(file), CancellationToken.None, fields);

    public Task<HttpResponseMessage> UploadAsync(HttpContent file, CancellationToken cancellationToken, params (string Name, string Value)[] fields) => UploadAsync(file, null, fields, cancellationToken);

    /// <summary>Under an Idempotency-Key.</summary>
    public Task<HttpResponseMessage> UploadUnderAsync(string key, string csv, params (string Name, string Value)[] fields) =>
        UploadAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), key, fields, CancellationToken.None);

    private async Task<HttpResponseMessage> UploadAsync(HttpContent file, string? key, (string Name, string Value)[] fields, CancellationToken cancellationToken)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields.Where(field => !field.Name.StartsWith(AfterFile, StringComparison.Ordinal)))
            form.Add(new StringContent(value), name);
        if (!fields.Any(field => field.Name is "template" or "continues"))
            form.Add(new StringContent("order-shipped"), "template");
        if (!fields.Any(field => field.Name is "channel" or "channels" or "continues"))
            form.Add(new StringContent("email"), "channel");
        form.Add(file, "file", "people.csv");
        foreach (var (name, value) in fields.Where(field => field.Name.StartsWith(AfterFile, StringComparison.Ordinal)))
            form.Add(new StringContent(value), name[AfterFile.Length..]);
        return await api.SendAsync(HttpMethod.Post, $"{Root}/bulk/csv", form, key, cancellationToken);
    }

    /// <summary>The same account at another process.</summary>
    public BulkTenant At(HttpClient other) => new(api.At(other));

    public string Token => api.Token!;

    /// <summary>A whole form, packed or not, as its encoding says.</summary>
    public async Task<HttpResponseMessage> UploadFormAsync(byte[] body, string boundary, string? encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await api.SendAsync(HttpMethod.Post, $"{Root}/bulk/csv", content);
    }

    public async Task<Guid> JobAsync(string csv, params (string Name, string Value)[] fields)
    {
        using var response = await UploadAsync(csv, fields);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("jobId").GetGuid();
    }

    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await TextAsync(path)).RootElement;

    public async Task<string> TextAsync(string path)
    {
        using var response = await AskAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadAsStringAsync();
    }

    public Task<HttpResponseMessage> AskAsync(string path) => api.SendAsync(HttpMethod.Get, $"{Root}/{path}");

    public Task<HttpResponseMessage> CommandAsync(Guid job, string command, string? key = null) => PostAsync($"bulk/{job}/{command}", key);

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent body) => api.SendAsync(HttpMethod.Post, $"{Root}/{path}", body);

    public Task<HttpResponseMessage> PostAsync(string path, string? key = null) => api.SendAsync(HttpMethod.Post, $"{Root}/{path}", key: key);

    public Task<JsonElement> UntilAsync(Guid job, Func<JsonElement, bool> condition) =>
        Eventually.ValueAsync(() => GetAsync($"bulk/{job}"), condition, TimeSpan.FromSeconds(90));

    public Task<JsonElement> UntilAsync(Guid job, string status) => UntilAsync(job, found => found.GetProperty("status").GetString() == status);
}
