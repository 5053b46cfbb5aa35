using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Kafka.Status;

/// <summary>
/// Publishes events to the status topic. 1 take the next ones of the shards that are free or this node's, under a lease → 2 hand them to the client in
/// their order, and wait until the outcome of each is known; nothing of the database is held → 3 remove what was acknowledged, up to the first of a shard
/// that was not. Dies anywhere before 3: another node publishes them again, in the same order, with the same ids.
/// </summary>
internal sealed class StatusPublisher(
    Database database, StatusSink sink, RecordProducer producer, KafkaMetrics metrics, KafkaOptions options, Ids ids, Heartbeats heartbeats, TimeProvider time, ILogger<StatusPublisher> logger) : BackgroundService
{
    private const int Most = 2_000;

    /// <summary>Longer than any outcome takes to be known: when it ends, nothing of this node is on its way any more.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CountsEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);
    private static readonly byte[] ContentType = "application/cloudevents+json; charset=UTF-8"u8.ToArray();

    private readonly Guid node = ids.Next();
    private long countedAt;

    private sealed record Row(short Shard, long Position, string Key, string Payload);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var heartbeat = heartbeats.Register("kafka_publisher", LongestSilence);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                heartbeat.Beat();
                await WorkAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            await LeaveAsync();
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CountAsync(cancellationToken);
            var takenAt = time.GetTimestamp();
            var rows = await TakeAsync(cancellationToken);
            if (rows.Count == 0)
            {
                await sink.WaitAsync(Poll, cancellationToken);
                return;
            }

            // A node that was stopped in between has lost its lease: it looks again before it says anything.
            if (time.GetElapsedTime(takenAt) > Lease - RecordProducer.LongestWait)
                return;
            if (!await PublishAsync(rows, cancellationToken))
                await Task.Delay(Pause, time, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            logger.PublisherWaits(exception.SqlState ?? exception.GetType().Name);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>False when some were not acknowledged.</summary>
    private async Task<bool> PublishAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        // Handed in one after the other, in their order; the outcomes are waited for together, even by a process that was told to stop.
        var outcomes = rows.ConvertAll(row => TryAsync(row));
        var acknowledged = await Task.WhenAll(outcomes);
        var stuck = new HashSet<short>();
        var done = new List<Row>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (acknowledged[i] is { } error)
            {
                if (stuck.Add(rows[i].Shard))
                    logger.PublisherWaits(error);
            }
            else if (!stuck.Contains(rows[i].Shard))
            {
                done.Add(rows[i]);
            }
        }

        if (done.Count > 0)
            await RemoveAsync(done);
        metrics.Published(done.Count);
        cancellationToken.ThrowIfCancellationRequested();
        return stuck.Count == 0;
    }

    /// <summary>Null when it is acknowledged.</summary>
    private async Task<string?> TryAsync(Row row)
    {
        try
        {
            var message = new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(row.Key), Value = Encoding.UTF8.GetBytes(row.Payload), Headers = new Headers { { "content-type", ContentType } } };
            await producer.ProduceAsync(options.StatusTopic!, message, CancellationToken.None);
            return null;
        }
        catch (Exception exception) when (exception is KafkaException or ObjectDisposedException)
        {
            return (exception as KafkaException)?.Error.Code.ToString() ?? exception.GetType().Name;
        }
    }

    private async Task<List<Row>> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand("select shard, position, key, payload from notification_meta.take_kafka_messages($1, $2, $3)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = node });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lease });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new Row(reader.GetInt16(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3)));
        return rows;
    }

    /// <summary>They were told: that is written down even while the process stops.</summary>
    private async Task RemoveAsync(List<Row> rows)
    {
        await using var command = database.Worker.CreateCommand("select notification_meta.remove_kafka_messages($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. rows.Select(row => row.Shard)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Position)] });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        if (countedAt != 0 && time.GetElapsedTime(countedAt) < CountsEvery)
            return;
        countedAt = time.GetTimestamp();
        await using var command = database.Worker.CreateCommand("select waiting, seconds from notification_meta.kafka_waiting()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        metrics.Waiting(reader.GetInt64(0), reader.GetDouble(1));
    }

    private async Task LeaveAsync()
    {
        try
        {
            await using var command = database.Worker.CreateCommand("select notification_meta.leave_kafka_shards($1)");
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = node });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or ObjectDisposedException)
        {
            // Then they are free when the lease ends.
        }
    }
}
