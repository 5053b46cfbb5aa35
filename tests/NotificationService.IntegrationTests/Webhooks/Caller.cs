using System.Net;
using System.Text;
using NotificationService.Outbound;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>A caller of webhooks and something to call with.</summary>
internal static class Caller
{
    public const string Body = """{"type":"delivery.sent","timestamp":"2026-11-21T09:00:00Z","data":{}}""";

    public static WebhookSecret Secret { get; } = WebhookSecret.New();

    public static WebhookCaller Of(
        TimeSpan? deadline = null, bool allowPrivate = true, Func<string, CancellationToken, Task<IPAddress[]>>? lookup = null, TimeSpan? connect = null, string? roots = null,
        TimeSpan? lifetime = null) =>
        new(
            new EndpointGuard(allowPrivate, lookup),
            new WebhookOptions { CallTimeout = deadline ?? TimeSpan.FromSeconds(15), ConnectTimeout = connect ?? TimeSpan.FromSeconds(5), TrustedRoots = roots, ConnectionLifetime = lifetime ?? TimeSpan.FromMinutes(2) },
            TimeProvider.System);

    public static WebhookCall To(Uri url, params WebhookHeader[] headers) => new(url, "evt_1", Encoding.UTF8.GetBytes(Body), [Secret], headers);

    public static WebhookCall To(string url) => To(new Uri(url));

    public static string Reason(this WebhookResponse response) => response.ShouldBeOfType<WebhookResponse.Failed>().Reason;
}
