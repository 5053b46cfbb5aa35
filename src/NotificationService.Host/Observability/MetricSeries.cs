namespace NotificationService.Host.Observability;

/// <summary>One line of numbers of one metric: the value, or the buckets, of one set of labels. Written without locks.</summary>
internal abstract class MetricSeries(string labels)
{
    /// <summary>The labels as they are printed, without braces; empty for none.</summary>
    public string Labels => labels;

    public abstract void Record(double measurement);
}

/// <summary>A counter, or an up-down counter: what is recorded is added.</summary>
internal sealed class SumSeries(string labels) : MetricSeries(labels)
{
    private long sum; // the bits of a double

    public double Value => BitConverter.Int64BitsToDouble(Volatile.Read(ref sum));

    public override void Record(double measurement) => AtomicDouble.Add(ref sum, measurement);
}

/// <summary>A gauge or anything observed: the last value counts. <see cref="IsFresh"/> shows whether this scrape has seen it.</summary>
internal sealed class LastValueSeries(string labels) : MetricSeries(labels)
{
    private long value;

    public bool IsFresh { get; set; }

    public double Value => BitConverter.Int64BitsToDouble(Volatile.Read(ref value));

    public override void Record(double measurement)
    {
        Volatile.Write(ref value, BitConverter.DoubleToInt64Bits(measurement));
        IsFresh = true;
    }
}

/// <summary>A histogram with fixed upper bounds; the last bucket is everything above them.</summary>
internal sealed class HistogramSeries(string labels, double[] bounds) : MetricSeries(labels)
{
    private readonly long[] counts = new long[bounds.Length + 1];
    private long sum;

    public double Sum => BitConverter.Int64BitsToDouble(Volatile.Read(ref sum));

    public long Count(int bucket) => Volatile.Read(ref counts[bucket]);

    public override void Record(double measurement)
    {
        var bucket = 0;
        while (bucket < bounds.Length && measurement > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref counts[bucket]);
        AtomicDouble.Add(ref sum, measurement);
    }
}

internal static class AtomicDouble
{
    public static void Add(ref long bits, double amount)
    {
        while (true)
        {
            var seen = Volatile.Read(ref bits);
            var next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + amount);
            if (Interlocked.CompareExchange(ref bits, next, seen) == seen)
                return;
        }
    }
}
