using System.Diagnostics.Metrics;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What <c>notification_provider_unread_events_total</c> counts on this thread: other tests count at the same time.</summary>
internal static class UnreadEvents
{
    public static long Of(string type, Action read)
    {
        var (here, counted) = (Environment.CurrentManagedThreadId, 0L);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "notification_provider_unread_events_total")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (Environment.CurrentManagedThreadId == here && tags.Contains(new KeyValuePair<string, object?>("type", type)))
                counted += value;
        });
        listener.Start();
        read();
        return counted;
    }
}
