using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Tenants;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

internal static class SendGridSetup
{
    public static ProviderConfiguration Configuration(Uri baseUrl, string apiKey = SendGridContract.TestKey) => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), ChannelKind.Email, "sendgrid", "SendGrid",
        new Dictionary<string, string> { ["apiKey"] = apiKey },
        JsonElement.Parse($$"""{"from":{"email":"orders@example.com","name":"Orders"},"baseUrl":"{{baseUrl}}"}"""));
}
