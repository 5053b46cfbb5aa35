using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Kafka.Status;

/// <summary>
/// Publishes events to the status topic. 1 take the next ones of the shards that are free or this node's, under a lease → 2 hand them to the client in
/// their order, and wait until the outcome of each is known; nothing of the database is held → 3 remove what was acknowledged, up to the first of a shard
/// that was not; what the brokers refuse by itself is dead-lettered, and a node that does not reach them leaves its shards to the others. Dies anywhere
/// before 3: another node publishes them again, in the same order, with the same ids.
/// </summary>
internal sealed class StatusPublisher(
    Database database, StatusSink sink, RecordProducer producer, KafkaMetrics metrics, KafkaOptions options, Ids ids, Heartbeats heartbeats, TimeProvider time, ILogger<StatusPublisher> logger) : BackgroundService
{
    private const int Max = 2_000;

    /// <summary>Few enough to be taken in time, however slow the database is.</summary>
    private const int Fewest = 64;

    /// <summary>A node that died is replaced when it ends, and the others look four times a second: within ten seconds.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(9);

    /// <summary>Whoever has less than that left of its lease sends nothing more: every outcome is known before it ends.</summary>
    private static readonly TimeSpan Margin = RecordProducer.LongestWait + TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);
    private static readonly byte[] ContentType = "application/cloudevents+json; charset=UTF-8"u8.ToArray();

    private readonly Guid node = ids.Next();
    private readonly Step step = heartbeats.Step("kafka_publish");
    private TimeSpan pause = Pause;
    private int max = Max;

    /// <summary>When something was last handed in of which nobody knows what became of it.</summary>
    private long? unknownSince;

    private sealed record Row(short Shard, long Position, DateTimeOffset CreatedAt, string Key, string Payload);

    /// <summary>Why a row was not acknowledged.</summary>
    /// <param name="IsOfTheRecord">It will never be.</param>
    /// <param name="IsUnknown">It may still be on its way.</param>
    private sealed record Failure(string Reason, bool IsOfTheRecord, bool IsUnknown);

    /// <param name="Any">Something was acknowledged.</param>
    /// <param name="All">Nothing waits for the brokers.</param>
    private sealed record Published(bool Any, bool All);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loop = new ClaimLoop(heartbeats.Register("kafka_publisher", LongestSilence), step, Pause, time, logger.PublisherWaits) { Signal = sink.WaitAsync };
        try
        {
            await loop.RunAsync(WorkAsync, stoppingToken);
        }
        finally
        {
            if (!IsAnythingOnItsWay)
                await LeaveAsync();
        }
    }

    /// <summary>What may still arrive must not do so after what another node publishes: until this node's lease is over nobody else has its shards.</summary>
    private bool IsAnythingOnItsWay => unknownSince is { } since && time.GetElapsedTime(since) < Lease;

    private async Task<NextTurn> WorkAsync(CancellationToken cancellationToken)
    {
        var takenAt = time.GetTimestamp();
        var rows = await TakeAsync(cancellationToken);
        step.Succeed();
        if (rows.Count == 0)
            return new NextTurn.OnSignal(Poll);

        // A node that was stopped in between has lost its lease: it looks again before it says anything. Should it be the database that is slow, fewer are quicker.
        if (!HasTime(takenAt))
        {
            max = Math.Max(Fewest, max / 2);
            return NextTurn.AtOnce;
        }

        max = Math.Min(Max, max * 2);
        var published = await PublishAsync(rows, takenAt, cancellationToken);
        if (published.All)
        {
            pause = Pause;
            return NextTurn.AtOnce;
        }

        // It may be this node alone that does not reach the brokers.
        if (!IsAnythingOnItsWay)
            await LeaveAsync();
        else if (!published.Any && Lease - time.GetElapsedTime(takenAt) is { } left && left > TimeSpan.Zero)
            await Task.Delay(left, time, cancellationToken); // not taken again before that, the lease runs out, and others have their turn
        var moment = pause;
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        return new NextTurn.After(moment);
    }

    private bool HasTime(long takenAt) => time.GetElapsedTime(takenAt) <= Lease - Margin;

    private async Task<Published> PublishAsync(List<Row> rows, long takenAt, CancellationToken cancellationToken)
    {
        // Handed in one after the other, in their order; the outcomes are waited for together, even by a process that was asked to stop.
        var failures = await Task.WhenAll(rows.ConvertAll(TryAsync));
        if (failures.Any(failure => failure is { IsUnknown: true }))
            unknownSince = time.GetTimestamp();
        var (stuck, done, deadLettered) = (new HashSet<short>(), new List<Row>(rows.Count), new List<Row>());
        // Shards of which one was acknowledged late: what had been before, and stands behind it, is published again, next time.
        var (late, again) = (new HashSet<short>(), new HashSet<short>());
        for (var i = 0; i < rows.Count; i++)
        {
            if (stuck.Contains(rows[i].Shard) || again.Contains(rows[i].Shard))
                continue;
            var failure = failures[i];
            if (failure is null && late.Contains(rows[i].Shard))
            {
                again.Add(rows[i].Shard);
                continue;
            }

            // What comes together is judged together: it may be another one's fault.
            if (failure is { IsOfTheRecord: true } && HasTime(takenAt))
            {
                failure = await TryAsync(rows[i]);
                if (failure is null)
                    late.Add(rows[i].Shard);
                else if (failure.IsUnknown)
                    unknownSince = time.GetTimestamp();
            }

            if (failure is { IsOfTheRecord: true } && HasTime(takenAt))
            {
                deadLettered.Add(rows[i]);
                logger.StatusDeadLettered(rows[i].Shard, rows[i].Position, failure.Reason);
            }
            else if (failure is not null)
            {
                stuck.Add(rows[i].Shard);
                logger.PublisherWaits(failure.Reason);
            }
            else
            {
                done.Add(rows[i]);
            }
        }

        if (deadLettered.Count > 0)
            await EndAsync("select notification_meta.dead_letter_kafka_messages($1, $2, $3)", deadLettered);
        if (done.Count > 0)
            await EndAsync("select notification_meta.remove_kafka_messages($1, $2, $3)", done);
        metrics.Published(done.Count);
        cancellationToken.ThrowIfCancellationRequested();
        return new Published(done.Count > 0, stuck.Count == 0);
    }

    /// <summary>Null when it is acknowledged.</summary>
    private async Task<Failure?> TryAsync(Row row)
    {
        try
        {
            var message = new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(row.Key), Value = Encoding.UTF8.GetBytes(row.Payload), Headers = new Headers { { "content-type", ContentType } } };
            await producer.ProduceAsync(options.StatusTopic!, message, CancellationToken.None);
            return null;
        }
        catch (KafkaException exception)
        {
            return new Failure(exception.Error.Code.ToString(), RecordProducer.IsOfTheRecord(exception.Error), RecordProducer.IsUnknown(exception));
        }
#pragma warning disable CA1031 // whatever it was, the event waits, and the others' outcomes are still to be known
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new Failure(exception.GetType().Name, IsOfTheRecord: false, IsUnknown: false);
        }
    }

    private async Task<List<Row>> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand("select shard, position, created_at, key, payload from notification_meta.take_kafka_messages($1, $2, $3)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = node });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lease });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = max });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new Row(reader.GetInt16(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetString(4)));
        return rows;
    }

    /// <summary>They were published, or never will be: that is written down even while the process stops.</summary>
    private async Task EndAsync(string statement, List<Row> rows)
    {
        await using var command = database.Worker.CreateCommand(statement);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. rows.Select(row => row.Shard)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Position)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. rows.Select(row => row.CreatedAt)] });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task LeaveAsync()
    {
        try
        {
            await using var command = database.Worker.CreateCommand("select notification_meta.leave_kafka_shards($1)");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = node });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception) is var failure && (failure.IsOfTheDatabase() || failure is DatabaseFailure.Disposed))
        {
            // Then they are free when the lease ends.
        }
    }
}
