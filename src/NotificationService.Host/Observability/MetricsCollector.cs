using System.Diagnostics.Metrics;

namespace NotificationService.Host.Observability;

/// <summary>Listens to the service's meter and to the framework's, and keeps what <c>/metrics</c> shows.</summary>
public sealed partial class MetricsCollector : IDisposable
{
    private static readonly string[] DefaultMeters =
        [Telemetry.Telemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime"];

    private readonly Lock scrape = new();
    private readonly MeterListener listener = new();
    private readonly List<MetricFamily> families = [];
    private readonly ILogger<MetricsCollector> logger;

    public MetricsCollector(ILogger<MetricsCollector> logger)
        : this(DefaultMeters, logger)
    {
    }

    public MetricsCollector(IReadOnlyCollection<string> meters, ILogger<MetricsCollector> logger)
    {
        this.logger = logger;
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (!meters.Contains(instrument.Meter.Name))
                return;
            var family = new MetricFamily(instrument);
            lock (families)
                families.Add(family);
            own.EnableMeasurementEvents(instrument, family);
        };
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.Start();
    }

    /// <summary>Everything as Prometheus' text format 0.0.4.</summary>
    public string Text()
    {
        lock (scrape)
        {
            MetricFamily[] all;
            lock (families)
                all = [.. families];
            foreach (var observed in all.Where(family => family.IsObserved).SelectMany(family => family.Series).OfType<LastValueSeries>())
                observed.IsFresh = false;
            Observe();
            return PrometheusText.Write(all);
        }
    }

    public void Dispose() => listener.Dispose();

    private void Observe()
    {
        try
        {
            listener.RecordObservableInstruments();
        }
        catch (AggregateException exception)
        {
            // One gauge that cannot be read must not hide the others.
            LogUnobservable(logger, exception.InnerExceptions.Count, exception.InnerException?.GetType().Name ?? "");
        }
    }

    [LoggerMessage(EventId = Telemetry.EventIds.Observability + 1, Level = LogLevel.Warning, Message = "{Count} instrument(s) could not be read, the first failed with {Exception}")]
    private static partial void LogUnobservable(ILogger logger, int count, string exception);
}
