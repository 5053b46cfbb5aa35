using System.Diagnostics.Metrics;

namespace NotificationService.Host.Observability;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// All series of one instrument. A measurement finds its series in a table that is read without locks and replaced
/// when a new set of tags appears. There are at most <see cref="MaxSeries"/>; the rest share one that says so.
/// </summary>
internal sealed class MetricFamily
{
    public const int MaxSeries = 500;
    private const string OverflowLabels = "overflow=\"true\"";

    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];
    private static readonly double[] Plain = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 100_000];

    private readonly Lock sync = new();
    private readonly Dictionary<string, MetricSeries> byLabels = new(StringComparer.Ordinal);
    private readonly bool accumulates;
    private Entry?[] table = new Entry?[16];
    private int entries;

    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        IsObserved = instrument.IsObservable;
        accumulates = !IsObserved && (type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("UpDownCounter", StringComparison.Ordinal));
        Kind = type switch
        {
            _ when type.StartsWith("Histogram", StringComparison.Ordinal) => MetricKind.Histogram,
            _ when type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) => MetricKind.Counter,
            _ => MetricKind.Gauge,
        };
        Name = PrometheusNames.Metric(instrument.Name, instrument.Unit, Kind);
        Help = string.IsNullOrEmpty(instrument.Description) ? instrument.Name : instrument.Description;
        Bounds = (instrument as Instrument<double>)?.Advice?.HistogramBucketBoundaries?.ToArray()
            ?? (instrument as Instrument<long>)?.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray()
            ?? (instrument.Unit == "s" || Name.EndsWith("_seconds", StringComparison.Ordinal) ? Seconds : Plain);
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public bool IsObserved { get; }

    public double[] Bounds { get; }

    public IReadOnlyList<MetricSeries> Series
    {
        get
        {
            lock (sync)
                return [.. byLabels.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    public void Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = Hash(tags);
        var seen = Volatile.Read(ref table);
        for (var slot = hash & (seen.Length - 1); seen[slot] is { } entry; slot = (slot + 1) & (seen.Length - 1))
        {
            if (entry.Hash == hash && entry.Has(tags))
            {
                entry.Series.Record(measurement);
                return;
            }
        }

        Add(hash, tags).Record(measurement);
    }

    private MetricSeries Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (sync)
        {
            var labels = PrometheusNames.Labels(tags);
            if (!byLabels.TryGetValue(labels, out var series))
            {
                // Past the limit nothing is remembered, so that an unbounded tag costs time here and never memory.
                if (byLabels.Count >= MaxSeries)
                    return byLabels.TryGetValue(OverflowLabels, out var overflow) ? overflow : byLabels[OverflowLabels] = Create(OverflowLabels);
                byLabels[labels] = series = Create(labels);
            }

            if (entries < 4 * MaxSeries)
                Insert(new Entry(hash, tags.ToArray(), series));
            return series;
        }
    }

    private void Insert(Entry added)
    {
        var next = new Entry?[++entries * 2 > table.Length ? table.Length * 2 : table.Length];
        foreach (var entry in table.Append(added))
        {
            if (entry is null)
                continue;
            var slot = entry.Hash & (next.Length - 1);
            while (next[slot] is not null)
                slot = (slot + 1) & (next.Length - 1);
            next[slot] = entry;
        }

        Volatile.Write(ref table, next);
    }

    private MetricSeries Create(string labels) => Kind == MetricKind.Histogram
        ? new HistogramSeries(labels, Bounds)
        : accumulates ? new SumSeries(labels) : new LastValueSeries(labels);

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (key, value) in tags)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode() & int.MaxValue;
    }

    private sealed record Entry(int Hash, KeyValuePair<string, object?>[] Tags, MetricSeries Series)
    {
        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length != Tags.Length)
                return false;
            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != Tags[i].Key || !Equals(tags[i].Value, Tags[i].Value))
                    return false;
            }

            return true;
        }
    }
}
