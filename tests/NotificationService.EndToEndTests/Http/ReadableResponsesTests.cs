using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.EndToEndTests.Webhooks;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;

namespace NotificationService.EndToEndTests.Http;

/// <summary>What JSON need not escape reads as it was written.</summary>
[Collection(SignInCollection.Name)]
public sealed class ReadableResponsesTests(SignInService service)
{
    private const string Name = "it's Zoë's <shop> & 東京 + 1";

    [Fact]
    public async Task In_a_response_and_in_a_problem()
    {
        var admin = await service.RegisterAsync();
        await service.CreateAccountAsync(admin, new { name = Name, scopes = new[] { "notifications:send" }, mode = "test" });

        using (var listed = await service.GetAsync("/api/v1/admin/service-accounts", admin.AccessToken))
        {
            listed.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
            (await listed.Content.ReadAsStringAsync()).ShouldContain($"\"{Name}\"");
        }

        using var refused = await service.PostAsync("/api/v1/auth/login", new Dictionary<string, string> { ["email"] = "nobody@example.com", ["passwort"] = "x" });
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await refused.Content.ReadAsStringAsync();
        problem.ShouldContain("'passwort'");
        problem.ShouldNotContain("\\u");
    }

    [Fact]
    public async Task In_a_webhook_whose_signature_still_verifies()
    {
        await using var verifier = await StandardWebhooksVerifier.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var tenant = await WebhookTenant.CreateAsync(service);
        var made = await tenant.CreateEndpointAsync(receiver["/readable"].AbsoluteUri);
        var account = await service.CreateAccountAsync(tenant.Admin, new { name = "Shop", scopes = new[] { "notifications:send" }, mode = "test" });
        var token = await service.TokenAsync(account.ClientId, account.ClientSecret);

        using (var sent = await service.PostAsync("/api/v1/services/notifications/send", new { channel = "email", content = new { subject = "x", text = "x" }, recipient = new { email = "ann@example.com" }, reference = Name }, token))
            sent.StatusCode.ShouldBe(HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(() => receiver.On("/readable").Count > 0, TimeSpan.FromSeconds(90));

        var message = receiver.On("/readable")[0];
        message.Body.ShouldContain($"\"{Name}\"");
        message.Data.TryGetProperty("reason", out _).ShouldBeFalse();
        (await verifier.VerifyAsync(made.GetProperty("secret").GetString()!, message.Headers, message.Body)).ShouldBe("ok");
    }
}
