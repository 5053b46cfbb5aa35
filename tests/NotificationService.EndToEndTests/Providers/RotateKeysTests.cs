using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.Credentials;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Providers;

public sealed class RotateKeysTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string Old = $"old:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    private static readonly string New = $"new:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";

    [Fact]
    public async Task The_command_brings_everything_under_the_first_key_and_says_what_may_go()
    {
        await using (var service = await ServiceInProcess.StartAsync(database.ConnectionString, ("Notification__MasterKeys", Old)))
        {
            var admin = await new ApiClient(service.Client).DemoAdminAsync();
            await admin.CreateProviderAsync(new { channel = "email", type = "sendgrid", name = "x", credentials = new { apiKey = "SG.canary" }, settings = new { from = "a@example.com" } });
            await admin.CreateWebhookEndpointAsync(new { url = "https://hooks.invalid/in", events = new[] { "*" }, headers = new Dictionary<string, string> { ["X-Key"] = "canary" } });
        }

        (await RunAsync(New)).ShouldBe((1, "3 are still under the master key old: keep it"));
        (await RunAsync($"{New},{Old}")).ShouldBe((0, "every other master key may be taken away"));
        (await RunAsync(New)).ShouldBe((0, "every other master key may be taken away"));
        (await database.QueryAsync<string>("select key_id from provider_credentials union all select key_id from webhook_secrets")).ShouldBe(["new", "new", "new"]);
        var row = (await database.QueryAsync<string>("select tenant_id || ' ' || endpoint_id || ' ' || encode(sealed, 'hex') from webhook_secrets where field = 'header:X-Key'")).Single().Split(' ');
        new CredentialVault(MasterKeys.Parse(New)).Open(Convert.FromHexString(row[2]), new CredentialAddress(new TenantId(Guid.Parse(row[0])), Guid.Parse(row[1]), "header:X-Key"))
            .ShouldBe(new OpenedCredential.Readable("canary"));
    }

    private async Task<(int Exit, string LastWord)> RunAsync(string keys)
    {
        await using var command = ServiceProcess.Launch(
            ["rotate-keys"], ("ConnectionStrings__NotificationDatabase", database.ConnectionString), ("Notification__MasterKeys", keys));
        var exit = await command.WaitForExitAsync(TimeSpan.FromSeconds(60));
        command.Output.ShouldNotContain("canary");
        return (exit, command.Output.Split('\n').Last(line => line.Contains("key", StringComparison.Ordinal) && !line.StartsWith("notification-service:", StringComparison.Ordinal)));
    }
}
