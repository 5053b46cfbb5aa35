using System.Diagnostics.Metrics;

namespace NotificationService.Webhooks;

/// <summary>What the webhook worker counts. Tags come from closed sets.</summary>
internal sealed class WebhookMetrics
{
    private static readonly Meter Meter = Telemetry.Telemetry.Meter;

    private readonly Counter<long> calls = Meter.CreateCounter<long>("notification_webhook_calls_total", null, "Calls to customers' endpoints, by outcome.");
    private readonly Counter<long> ended = Meter.CreateCounter<long>("notification_webhook_messages_total", null, "Webhook messages that ended, by how.");
    private readonly Counter<long> stale = Meter.CreateCounter<long>("notification_webhook_stale_results_total", null, "Outcomes that came after the lease was lost and changed nothing.");
    private readonly Counter<long> disabled = Meter.CreateCounter<long>("notification_webhook_endpoints_disabled_total", null, "Endpoints that were disabled by what came of calling them, by reason.");
    private readonly Counter<long> deadLettered = Meter.CreateCounter<long>("notification_webhook_outcomes_refused_total", null, "Outcomes that the database refused: stored without texts, or not at all.");
    private readonly Histogram<double> seconds = Meter.CreateHistogram<double>("notification_webhook_seconds", "s", "Duration of a call to an endpoint.");

    public void Ended(MessageOutcome outcome, bool written)
    {
        if (outcome.Response is { } response)
        {
            calls.Add(1, new KeyValuePair<string, object?>("outcome", response switch { WebhookResponse.Delivered => "delivered", WebhookResponse.Gone => "gone", _ => "failed" }));
            seconds.Record(response.Exchange.Duration.TotalSeconds);
        }

        if (!written)
            stale.Add(1);
        else if (outcome.State != MessageState.Pending)
            ended.Add(1, new KeyValuePair<string, object?>("state", outcome.State.ToName()));
    }

    public void Disabled(string reason) => disabled.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Refused() => deadLettered.Add(1);
}
