using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Reads the input topics. 1 gather what is there, up to a batch → 2 have it stored, and stay a member of the group meanwhile → 3 mark its offsets as
/// done; the client commits them within seconds, and never others. Dies between 2 and 3: the records come again and are found to be stored.
/// </summary>
internal sealed class IntakeLoop(
    InputTopics topics, EventIntake intake, KafkaOptions options, KafkaMetrics metrics, Heartbeats heartbeats, TimeProvider time, ILogger<IntakeLoop> logger) : BackgroundService
{
    /// <summary>Of records that are accepted together.</summary>
    private const int MostBytes = 8 << 20;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>Read while others were being stored; they come next.</summary>
    private readonly Queue<InputRecord> early = new();

    /// <summary>The client blocks the thread that polls it, so it has one of its own.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken cancellationToken)
    {
        var heartbeat = heartbeats.Register("kafka_intake", LongestSilence);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Consume(heartbeat, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it was, nothing that was read is marked as done: it comes again
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.ConsumerBroke(exception is KafkaException kafka ? kafka.Error.Code.ToString() : exception.GetType().Name);
                heartbeat.Beat();
                cancellationToken.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private void Consume(Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        using var consumer = Build();
        var lag = new LagWatch(consumer, metrics, time);
        consumer.Subscribe(topics.Names);
        early.Clear();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                lag.Look();
                var records = Gather(consumer, cancellationToken);
                if (records.Count == 0)
                    continue;
                var work = Task.Run(() => intake.HandleAsync(records, cancellationToken), CancellationToken.None);
                StayMember(consumer, work, heartbeat, lag);
                work.GetAwaiter().GetResult();
                Done(consumer, records, lag);
            }
        }
        finally
        {
            Close(consumer);
        }
    }

    private List<InputRecord> Gather(IConsumer<byte[]?, byte[]?> consumer, CancellationToken cancellationToken)
    {
        var (records, bytes) = (new List<InputRecord>(), 0);
        while (records.Count < options.BatchSize && bytes < MostBytes && !cancellationToken.IsCancellationRequested)
        {
            if ((early.TryDequeue(out var record) ? record : Next(consumer, records.Count == 0 ? Wait : Gathering)) is not { } found)
                break;
            records.Add(found);
            bytes += found.Bytes;
        }

        return records;
    }

    private InputRecord? Next(IConsumer<byte[]?, byte[]?> consumer, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait) is { IsPartitionEOF: false } read ? InputRecord.Of(read) : null;
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            // Such as a topic that is not there yet.
            logger.ConsumeFailed(exception.Error.Code.ToString());
            return null;
        }
    }

    /// <summary>Who does not poll for minutes is taken for dead. Nothing more is fetched meanwhile.</summary>
    private void StayMember(IConsumer<byte[]?, byte[]?> consumer, Task work, Heartbeat heartbeat, LagWatch lag)
    {
        if (((IAsyncResult)work).AsyncWaitHandle.WaitOne(Patience))
            return;
        while (!work.IsCompleted)
        {
            heartbeat.Beat();
            lag.Look();
            consumer.Pause(consumer.Assignment);
            // A partition that was given to this node a moment ago may bring one before it is paused.
            if (Next(consumer, Patience) is { } record)
                early.Enqueue(record);
        }

        consumer.Resume(consumer.Assignment);
    }

    private static void Done(IConsumer<byte[]?, byte[]?> consumer, List<InputRecord> records, LagWatch lag)
    {
        foreach (var partition in records.GroupBy(record => new TopicPartition(record.Topic, record.Partition)))
        {
            var next = partition.Max(record => record.Offset) + 1;
            lag.Handled(partition.Key, next);
            try
            {
                consumer.StoreOffset(new TopicPartitionOffset(partition.Key, next));
            }
            catch (KafkaException)
            {
                // It is another node's by now, which finds the records stored.
            }
        }
    }

    /// <summary>Leaves the group, so that others go on at once; not for longer than an orchestrator waits.</summary>
    private static void Close(IConsumer<byte[]?, byte[]?> consumer)
    {
        var closing = Task.Run(consumer.Close, CancellationToken.None);
        ((IAsyncResult)closing).AsyncWaitHandle.WaitOne(LongestClose);
    }

    private IConsumer<byte[]?, byte[]?> Build()
    {
        var config = new ConsumerConfig(ClientSettings.Of(options))
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupId,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // What is stored as done is committed, and nothing else.
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
        };
        config.TopicMetadataRefreshIntervalMs ??= 30_000;
        return new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }
}
