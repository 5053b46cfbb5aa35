using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.IntegrationTests.Providers;

internal static class SmtpSetup
{
    public static ProviderConfiguration Configuration(string host, int port, string tls = "none", string? username = null, string? password = null) => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), ChannelKind.Email, "smtp", "Mail server",
        username is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["username"] = username, ["password"] = password! },
        JsonElement.Parse($$"""{"from":{"email":"orders@example.com","name":"Orders"},"host":"{{host}}","port":{{port}},"tls":"{{tls}}"}"""));
}
