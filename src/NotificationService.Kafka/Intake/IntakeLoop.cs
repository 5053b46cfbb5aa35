using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Reads the input topics. 1 gather what is there, up to a batch → 2 have it stored, and meanwhile read what comes next, up to another batch → 3 mark its offsets as
/// done; the client commits them within seconds, and never others. What waits for somebody outside is read again later. Dies between 2 and 3: the records come again and are found to be stored.
/// </summary>
/// <remarks>
/// Partitions are paused only while storing takes long: the client throws away what it has fetched of a partition that is paused, a megabyte each and
/// more, and fetches it anew.
/// </remarks>
internal sealed class IntakeLoop(
    InputTopics topics, EventIntake intake, KafkaOptions options, KafkaMetrics metrics, Heartbeats heartbeats, TimeProvider time, ILogger<IntakeLoop> logger) : BackgroundService
{
    /// <summary>Of records that are accepted together.</summary>
    private const int MaxBytes = 8 << 20;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PausedWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Without a poll. A group that is changed waits for its members' next one.</summary>
    private static readonly TimeSpan LongestWithoutPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly RecordGathering gathering = new(time, options.BatchSize, MaxBytes);

    /// <summary>The client blocks the thread that polls it, so it has one of its own.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken cancellationToken)
    {
        // What the brokers refuse makes the process degraded and no more: it accepts and sends all the same.
        var (heartbeat, consume) = (heartbeats.Register("kafka_intake", LongestSilence), heartbeats.Maintenance("kafka_consume"));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Consume(heartbeat, consume, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever it was, nothing that was read is marked as done: it comes again
            catch (Exception exception)
#pragma warning restore CA1031
            {
                var reason = exception is KafkaException kafka ? kafka.Error.Code.ToString() : exception.GetType().Name;
                consume.Fail(reason);
                logger.ConsumerBroke(reason);
                heartbeat.Beat();
                cancellationToken.WaitHandle.WaitOne(Pause);
            }
        }
    }

    private void Consume(Heartbeat heartbeat, Telemetry.Step consume, CancellationToken cancellationToken)
    {
        LagWatch? lag = null;
        var (held, early) = (new HeldPartitions(time), new EarlyRecords(options.BatchSize, MaxBytes));
        var consumer = KafkaClients.Consumer(options, revoked =>
        {
            var gone = revoked.ToHashSet();
            held.Forget(gone);
            lag?.Forget(gone);
            early.Drop(gone.Contains);
        });
        try
        {
            lag = new LagWatch(consumer, metrics, time);
            consumer.Subscribe(topics.Names);
            while (!cancellationToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                lag.Look();
                held.Release(consumer);
                var records = gathering.Gather(Wait, wait => early.TryTake(out var record) ? record : Next(consumer, wait));
                if (records.Count > 0)
                    Handle(consumer, records, held, early, heartbeat, lag, cancellationToken);
                if (consumer.Assignment.Count > 0)
                    consume.Succeed();
            }
        }
        finally
        {
            Close(consumer, lag);
        }
    }

    private void Handle(
        IConsumer<byte[]?, byte[]?> consumer, List<InputRecord> records, HeldPartitions held, EarlyRecords early, Heartbeat heartbeat, LagWatch lag, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Task.Run(() => intake.HandleAsync(records, ended.Token), CancellationToken.None);
        try
        {
            StayMember(consumer, work, held, early, heartbeat, lag);
        }
        catch
        {
            // The consumer broke: what it read comes again, and must not be worked on twice at once.
            ended.Cancel();
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
            _ = work.Exception;
            throw;
        }

        var holds = work.GetAwaiter().GetResult();
        var waiting = holds.ToDictionary(hold => hold.From.TopicPartition, hold => hold.From.Offset.Value);
        Done(consumer, records.Where(record => !waiting.TryGetValue(PartitionOf(record), out var from) || record.Offset < from), lag);
        held.Hold(consumer, holds);
        early.Drop(held.Contains);
    }

    private static TopicPartition PartitionOf(InputRecord record) => new(record.Topic, record.Partition);

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

    /// <summary>Until the work is over. Who does not poll for minutes is taken for dead.</summary>
    private void StayMember(IConsumer<byte[]?, byte[]?> consumer, Task work, HeldPartitions held, EarlyRecords early, Heartbeat heartbeat, LagWatch lag)
    {
        // 1 what comes next is here when the work is over: the database and the brokers do not wait for each other
        while (!work.IsCompleted && !early.IsFull)
        {
            heartbeat.Beat();
            lag.Look();
            if (Next(consumer, PollWait) is { } next)
                early.Add(next);
        }

        // 2 enough of it
        if (((IAsyncResult)work).AsyncWaitHandle.WaitOne(LongestWithoutPoll))
            return;

        // 3 it takes long: nothing more is fetched meanwhile
        while (!work.IsCompleted)
        {
            heartbeat.Beat();
            lag.Look();
            consumer.Pause(consumer.Assignment);
            // A partition that was given to this node a moment ago may bring one before it is paused.
            if (Next(consumer, PausedWait) is { } next)
                early.Add(next);
        }

        consumer.Resume(consumer.Assignment.Where(partition => !held.Contains(partition)));
    }

    private static void Done(IConsumer<byte[]?, byte[]?> consumer, IEnumerable<InputRecord> records, LagWatch lag)
    {
        foreach (var partition in records.GroupBy(PartitionOf))
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

    /// <summary>Leaves the group, so that others go on at once; not for longer than an orchestrator waits. What takes longer ends by itself: nobody else touches it any more.</summary>
    private void Close(IConsumer<byte[]?, byte[]?> consumer, LagWatch? lag)
    {
        var closing = Task.Run(
            () =>
            {
                try
                {
                    lag?.End();
                    consumer.Close();
                }
#pragma warning disable CA1031 // it is left anyway; the group notices when it says nothing any more
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    logger.ConsumeFailed(exception.GetType().Name);
                }

                consumer.Dispose();
            },
            CancellationToken.None);
        ((IAsyncResult)closing).AsyncWaitHandle.WaitOne(LongestClose);
    }
}
