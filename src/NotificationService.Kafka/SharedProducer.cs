using Confluent.Kafka;

namespace NotificationService.Kafka;

/// <summary>A client that many use at once. Whoever replaces it retires it, and it is disposed of when the last of them has left.</summary>
internal sealed class SharedProducer
{
    private readonly IProducer<byte[]?, byte[]?> producer;
    private readonly Lock sync = new();
    private int users;
    private volatile Thread? ending;
    private TimeSpan? retired;
    private volatile bool isBroken;

    public SharedProducer(KafkaOptions options) => producer = KafkaClients.Producer(options, error =>
    {
        if (error.IsFatal)
            isBroken = true;
    });

    /// <summary>An idempotent producer that lost count cannot go on: whoever comes next needs a new one.</summary>
    public bool IsBroken => isBroken;

    public IProducer<byte[]?, byte[]?> Producer => producer;

    public ProducerLease Enter()
    {
        lock (sync)
            users++;
        return new ProducerLease(this);
    }

    public void Leave()
    {
        lock (sync)
        {
            if (--users > 0 || retired is null)
                return;
        }

        End(retired.Value);
    }

    /// <summary>Nobody enters it any more. The last who is in it ends it.</summary>
    /// <param name="flush">How long it may take to learn what became of what was handed in.</param>
    public void Retire(TimeSpan flush)
    {
        lock (sync)
        {
            retired = flush;
            if (users > 0)
                return;
        }

        End(flush);
    }

    /// <summary>At the end of the process, and not for ever.</summary>
    public void WaitForEnd(TimeSpan longest) => ending?.Join(longest);

    /// <summary>Disposing of it forgets those who wait; and it takes its time, which nobody who sends has to wait for.</summary>
    private void End(TimeSpan flush)
    {
        var thread = new Thread(() =>
        {
            try
            {
                producer.Flush(flush);
            }
            catch (KafkaException)
            {
                // It was broken already.
            }

            producer.Dispose();
        })
        { IsBackground = true, Name = "kafka producer ends" };
        thread.Start();
        ending = thread;
    }
}

/// <summary>A producer that is not disposed of before the lease is.</summary>
public sealed class ProducerLease : IDisposable
{
    private int isOver;

    internal ProducerLease(SharedProducer of) => Of = of;

    public Handle Handle => Of.Producer.Handle;

    internal IProducer<byte[]?, byte[]?> Producer => Of.Producer;

    internal SharedProducer Of { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref isOver, 1) == 0)
            Of.Leave();
    }
}
