using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Events;

/// <summary>
/// Takes events out of the outbox and publishes them to every sink, in one transaction: an event is in the outbox, or it is
/// in every sink. Every node has one; a shard is one relay's at a time, for the length of a transaction, so that the order of a
/// delivery's events is kept and a relay that dies is replaced as soon as its connection is gone.
/// </summary>
public sealed class EventRelay(
    Database database, IEnumerable<IEventSink> sinks, [FromKeyedServices(WakeUp.Events)] WakeUp wakeUp, EventMetrics metrics,
    Heartbeats heartbeats, TimeProvider time, ILogger<EventRelay> logger) : BackgroundService
{
    private const int Max = 500;

    /// <summary>So few that it is worth waiting a moment for more.</summary>
    private const int Few = 50;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    /// <summary>A run that took longer is not made larger.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    // A relay that hangs between two statements loses its connection, and with it the shard.
    private const string Begin = "begin; set local idle_in_transaction_session_timeout = '5s'; set local statement_timeout = '8s'";

    private static readonly Statement Waits = Statement.Load("outbox_waits");
    private static readonly Statement Lock = Statement.Load("outbox_lock");
    private static readonly Statement Take = Statement.Load("outbox_take");
    private static readonly Statement DeadLettered = Statement.Load("outbox_dead_letter");

    private readonly IReadOnlyList<IEventSink> sinks = [.. sinks];
    private readonly ShardWatermarks watermarks = new(time);
    private readonly PollInterval poll = new(ShortestPoll, PollInterval.Longest);
    private readonly Step relay = heartbeats.Step("event_relay_shard");

    /// <summary>What the run that goes on, or failed last, has taken.</summary>
    private readonly List<OutboxRow> taken = [];
    private int next;
    private int max = Max;
    private bool wasEmpty;

    /// <summary>Asked to stop in the middle of a run: that is rolled back, and another relay takes it.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new ClaimLoop(heartbeats.Register("event_relay", LongestSilence), relay, Pause, time, logger.RelayFailed) { Signal = wakeUp.WaitAsync, AfterFailure = AfterFailureAsync }.RunAsync(RunAsync, stoppingToken);

    private async Task<NextTurn> RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        taken.Clear();
        // Whoever found nothing looks by one statement whether there is something by now, before it begins a transaction for it.
        var after = watermarks.Next();
        if (!wasEmpty || await IsWaitingAsync(after, cancellationToken))
            await RelayAsync(after, cancellationToken);
        relay.Succeed();
        wasEmpty = taken.Count == 0;
        if (!wasEmpty)
            poll.Reset();
        if (time.GetElapsedTime(began) < Quick)
            max = Math.Min(Max, max * 2);
        return taken.Count switch
        {
            0 => new NextTurn.OnSignal(poll.Next()),
            < Few => new NextTurn.After(Linger),
            _ => NextTurn.AtOnce,
        };
    }

    /// <summary>Whatever one event may hold that cannot be published, it does not hold up the others: fewer and fewer, until it stands alone.</summary>
    private async Task<NextTurn> AfterFailureAsync(Exception exception, CancellationToken cancellationToken)
    {
        // The next connection may lead to another server, that knows less than this one did.
        if (Outage.IsOfTheConnection(exception))
            watermarks.Forget();
        var failure = DatabaseFailures.Of(exception);
        // As many once more would take as long once more. It is nobody's fault, and nothing is dead-lettered for it.
        if (failure.IsOfTheTime() && taken.Count > 1)
            return SameShardAgain(taken.Count / 2);
        // All but the data passes, or a person must correct it.
        if (failure is not (DatabaseFailure.BadData or DatabaseFailure.None) || taken.Count == 0)
        {
            max = failure.IsOfTheTime() ? Math.Max(1, max / 2) : max;
            return new NextTurn.After(Pause);
        }

        if (taken.Count > 1)
            return SameShardAgain(taken.Count / 2);
        var again = SameShardAgain(1);
        return await TryDeadLetterAsync(taken[0], exception.Message, cancellationToken) ? again : new NextTurn.After(Pause);
    }

    private NextTurn SameShardAgain(int limit)
    {
        (next, max) = (next - 1, limit);
        return NextTurn.AtOnce;
    }

    /// <summary>False: it stays where it is, and is tried again.</summary>
    private async Task<bool> TryDeadLetterAsync(OutboxRow row, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = DeadLettered.With(Parameter.Of("shard", row.Shard), Parameter.Of("position", row.Position)).On(database.Worker);
            await command.ExecuteNonQueryAsync(cancellationToken);
            logger.DeadLettered(row.Shard, row.Position, reason);
            return true;
        }
#pragma warning disable CA1031 // whatever it was, the relay goes on
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private async Task<bool> IsWaitingAsync(long[] after, CancellationToken cancellationToken)
    {
        var first = next & 7;
        await using var command = Waits.With(Parameter.Of("first", first), Parameter.Of("after", after)).On(database.Worker);
        var shard = await command.ExecuteScalarAsync(cancellationToken) as short?;
        watermarks.Looked(first, shard);
        return shard is not null;
    }

    /// <param name="after">Per shard where the look begins: where the one that found something began, or it might find nothing.</param>
    /// <param name="cancellationToken">Undoes it.</param>
    private async Task RelayAsync(long[] after, CancellationToken cancellationToken)
    {
        await using var connection = await database.Worker.OpenConnectionAsync(cancellationToken);

        // 1. A shard of our own, for as long as this transaction lasts.
        if (await LockAsync(connection, after, cancellationToken) is not { } shard)
            return;

        // 2. Its next rows, gone if and only if what follows is committed.
        var (oldest, own) = await TakeAsync(connection, shard.Number, shard.After, max, taken, cancellationToken);
        if (taken.Count == 0)
        {
            await ExecuteAsync(connection, "rollback", cancellationToken);
            return;
        }

        // 3. Who listens now, and to what. Nobody: then there is nothing to load.
        TenantId[] tenants = [.. taken.Select(row => row.Tenant).Distinct()];
        List<(IEventSink Sink, EventAudience Audience)> audiences = [];
        foreach (var sink in sinks)
            audiences.Add((sink, await sink.AudienceAsync(connection, tenants, cancellationToken)));
        var heard = tenants.Where(tenant => audiences.Exists(audience => audience.Audience.Includes(tenant))).ToHashSet();

        // 4. Each sink stores what it is to publish.
        if (heard.Count > 0)
        {
            var scope = TenantSet.Of(heard);
            var events = await EventLoader.LoadAsync(connection, scope, [.. taken.Where(row => heard.Contains(row.Tenant))], cancellationToken);
            await using var batch = TenantBatch.Within(connection);
            foreach (var (_, audience) in audiences)
                audience.Append(batch, scope, [.. events.Where(published => audience.Includes(published.Tenant))]);
            if (!batch.IsEmpty)
                await batch.RunAsync(null, cancellationToken);
        }

        // 5. Dies before this: as if nothing had been taken. After it: each sink carries on by itself.
        await ExecuteAsync(connection, "commit", cancellationToken);
        watermarks.Taken(shard.Number, taken[^1].Position, isAll: taken.Count < max, oldest, own);
        metrics.Relayed(taken.Count);
        foreach (var (sink, _) in audiences)
            sink.Committed();
    }

    private async Task<(short Number, long After)?> LockAsync(NpgsqlConnection connection, long[] after, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, Begin, cancellationToken);
        var first = next & 7;
        await using var command = Lock.With(Parameter.Of("first", first), Parameter.Of("after", after)).On(connection);
        var shard = await command.ExecuteScalarAsync(cancellationToken) as short?;
        watermarks.Looked(first, shard);
        if (shard is { } number)
        {
            next = number + 1;
            return (number, after[number]);
        }

        await ExecuteAsync(connection, "rollback", cancellationToken);
        return null;
    }

    private static async Task<(long Oldest, long Own)> TakeAsync(
        NpgsqlConnection connection, short shard, long after, int max, List<OutboxRow> taken, CancellationToken cancellationToken)
    {
        await using var command = Take.With(Parameter.Of("shard", shard), Parameter.Of("max", max), Parameter.Of("after", after)).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (oldest, own) = (0L, 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new OutboxRow(shard, reader.GetInt64(Taken.Position), new TenantId(reader.GetGuid(Taken.TenantId)), reader.GetGuid(Taken.Subject), reader.GetInt16(Taken.Seq), reader.GetOrNull<Guid>(Taken.Target)));
            (oldest, own) = (reader.GetInt64(Taken.Oldest), reader.GetInt64(Taken.Own));
        }

        return (oldest, own);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static class Taken
    {
        public static readonly Column
            TenantId = Take.Column("tenant_id"), Subject = Take.Column("subject"), Seq = Take.Column("seq"), Position = Take.Column("position"),
            Target = Take.Column("target"), Oldest = Take.Column("oldest"), Own = Take.Column("own");
    }
}
