using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;

namespace NotificationService.Notifications;

/// <summary>What became of each device of a push to several, in plain words: each device is named when that changes.</summary>
internal sealed class DeviceHistory
{
    private readonly Dictionary<(DeliveryId Delivery, string Device), DeviceState> known = [];

    public IEnumerable<ExplainedStep> Explain(TimelineStep step)
    {
        if (step.Detail is null || !step.Detail.Contains("\"devices\"", StringComparison.Ordinal))
            yield break;
        using var detail = JsonDocument.Parse(step.Detail);
        if (!detail.RootElement.TryGetProperty("devices", out var devices))
            yield break;
        foreach (var device in DeviceStates.Read(devices).Items)
        {
            var key = (step.Delivery, device.Device);
            if (known.TryGetValue(key, out var before) && before == device)
                continue;
            known[key] = device;
            yield return new ExplainedStep(step.At, new ExplainStep(step.Delivery.Channel, "device", Words(device)));
        }
    }

    private static string Words(DeviceState device)
    {
        var what = device.Outcome switch
        {
            DeviceOutcome.Accepted => "the provider took it",
            DeviceOutcome.Rejected => "refused",
            DeviceOutcome.Deferred => "not taken for now",
            DeviceOutcome.Ambiguous => "nobody can know whether it was sent",
            DeviceOutcome.Suppressed => "on the suppression list",
            DeviceOutcome.GivenUp => "given up",
            _ => "not called yet",
        };
        var why = device.Code is null ? "" : $" ({device.Code})";
        var next = device.NextAttemptAt is { } at ? $"; next at {ExplainWords.Time(at)}" : "";
        return $"device {device.Device}: {what}{why}{next}";
    }
}
