using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Providers;

/// <summary>From a tenant that has nothing to an e-mail on a mail server, by nothing but the public calls.</summary>
[Collection(SignInCollection.Name)]
public sealed class FirstEmailTests(SignInService service)
{
    private const string Send = "/api/v1/services/notifications/send";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_live_account_reaches_the_mail_server_and_a_test_account_only_the_sandbox()
    {
        await using var mail = new FakeSmtpServer();
        var admin = await service.RegisterAsync();
        using var made = await service.PostAsync(
            "/api/v1/admin/providers",
            new { channel = "email", type = "smtp", name = "Mail", priority = 1, settings = new { host = "127.0.0.1", port = mail.Port, tls = "none", from = "orders@example.com" } },
            admin.AccessToken);
        made.StatusCode.ShouldBe(HttpStatusCode.Created);

        var test = await SendAsync(await TokenAsync(admin, "test"), "for the sandbox");
        var live = await SendAsync(await TokenAsync(admin, "live"), "for the world");

        await Eventually.TrueAsync(() => mail.Mails.Count > 0, Ample);
        var sandbox = await Eventually.ValueAsync(() => SandboxAsync(admin.AccessToken), messages => messages.GetArrayLength() > 0, Ample);
        mail.Mails.ShouldHaveSingleItem().Header("Subject").ShouldBe("for the world");
        sandbox.EnumerateArray().ShouldHaveSingleItem().GetProperty("notificationId").GetString().ShouldBe(test);
        sandbox[0].GetProperty("message").GetProperty("subject").GetString().ShouldBe("for the sandbox");

        var token = await TokenAsync(admin, "live");
        var status = await Eventually.ValueAsync(async () => (await ReadAsync($"/api/v1/services/notifications/{live}", token)).GetProperty("status").GetString(), status => status == "sent", Ample);
        status.ShouldBe("sent");
        mail.Mails[0].Header("Message-ID").ShouldStartWith($"<{live[..35]}"); // all but the last digit, which is the channel
    }

    [Fact]
    public async Task A_mail_of_HTML_alone_reaches_SendGrid_with_its_text()
    {
        await using var vendor = await FakeHttpProvider.StartAsync(contract: new SendGridContract());
        var admin = await service.RegisterAsync();
        using var made = await service.PostAsync(
            "/api/v1/admin/providers",
            new { channel = "email", type = "sendgrid", name = "Mail", priority = 1, credentials = new { apiKey = SendGridContract.TestKey }, settings = new { baseUrl = vendor.BaseUrl.AbsoluteUri, from = new { email = "orders@example.com" } } },
            admin.AccessToken);
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());

        using var response = await service.PostAsync(
            Send, new { channel = "email", recipient = new { email = "ann@example.com" }, content = new { subject = "s", html = "<h1>Hello</h1><p>It is on its way.</p>" } }, await TokenAsync(admin, "live"));
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(() => vendor.Calls.Count > 0, Ample);

        vendor.Calls[0].Json.GetProperty("content").ToString().ShouldBe(
            """[{"type":"text/plain","value":"Hello\n\nIt is on its way."},{"type":"text/html","value":"<h1>Hello</h1><p>It is on its way.</p>"}]""");
    }

    private async Task<string> TokenAsync(SignInService.Person admin, string mode)
    {
        var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read" }, mode });
        return await service.TokenAsync(account.ClientId, account.ClientSecret);
    }

    private async Task<string> SendAsync(string token, string subject)
    {
        using var response = await service.PostAsync(Send, new { channel = "email", recipient = new { email = "ann@example.com" }, content = new { subject, text = "hello" } }, token);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> SandboxAsync(string token) => (await ReadAsync("/api/v1/admin/sandbox/messages?cursor=", token)).GetProperty("items");

    private async Task<JsonElement> ReadAsync(string path, string token)
    {
        using var response = await service.GetAsync(path, token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await SignInService.ReadAsync(response);
    }
}
