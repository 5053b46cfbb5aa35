using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>Takes records, many in one commit, until each is stored, was stored before, is nobody's, is a dead letter, or is to be read again later.</summary>
/// <remarks>
/// 1 read what they ask for → 2 store it, per caller in the order of the records; while the database is out, wait and try again, for ever; what is
/// refused by itself, or waits for the user service, holds up its partition and nobody else →
/// 3 write dead letters, for ever → whoever called then moves the offsets on. Dies anywhere: the records come again, and their keys find what
/// was stored; a dead letter may stand twice.
/// </remarks>
internal sealed class EventIntake(
    RecordReader reader, BundleIntake bundles, BatchSteps batches, DeadLetterWriter deadLetters, KafkaMetrics metrics, KafkaOptions options, Database database, Heartbeats heartbeats, TimeProvider time,
    ILogger<EventIntake> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly StepTries tries = new();
    private readonly Telemetry.Step read = heartbeats.Step("kafka_read");
    private readonly Telemetry.Step accept = heartbeats.Step("kafka_accept");

    /// <summary>Answers the partitions that have to wait, each from the first record that was not taken.</summary>
    public async Task<IReadOnlyList<Hold>> HandleAsync(IReadOnlyList<InputRecord> records, CancellationToken cancellationToken)
    {
        var works = await UntilTheDatabaseIsBackAsync(read, () => reader.ReadAsync(records, cancellationToken), cancellationToken);
        read.Succeed();
        var (waiting, held) = (new HashSet<Caller>(), new HashSet<(string, int)>());
        while (Open().Any())
        {
            foreach (var ofCaller in Open().GroupBy(work => work.Caller).ToList())
            {
                if (!await UntilTheDatabaseIsBackAsync(accept, () => TryPassAsync([.. ofCaller.Where(work => work.Left.Count > 0)], held, cancellationToken), cancellationToken))
                    waiting.Add(ofCaller.Key);
            }

            // Another node was quicker at a batch, whose key is there now.
            if (Open().Any())
                await Task.Delay(FirstPause, time, cancellationToken);
        }

        var left = works.Where(work => work.Left.Count > 0).GroupBy(PartitionOf).ToDictionary(partition => partition.Key, partition => partition.MinBy(work => work.Record.Offset)!);
        var over = works.Where(work => !left.TryGetValue(PartitionOf(work), out var from) || work.Record.Offset < from.Record.Offset).ToList();
        foreach (var work in over.Where(work => work.Refusals.Count > 0))
            await deadLetters.WriteAsync(work.Record, work.Refusals, work.Accepted + work.Repeated > 0, cancellationToken);
        over.ForEach(tries.Forget);
        metrics.Handled(over);
        return [.. left.Values.Select(work => new Hold(
            new TopicPartitionOffset(work.Record.Topic, work.Record.Partition, work.Record.Offset), waiting.Contains(work.Caller) ? LongestPause : PauseAfter(work.Left.Max(step => tries.Of(work, step)))))];

        IEnumerable<RecordWork> Open() => works.Where(work => work.Left.Count > 0 && !waiting.Contains(work.Caller) && !held.Contains(PartitionOf(work)));
    }

    /// <summary>False: the user service cannot be asked for this caller. Others may be answered, and go on.</summary>
    private async Task<bool> TryPassAsync(IReadOnlyList<RecordWork> works, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(works, held, cancellationToken);
            return true;
        }
        catch (RecipientsUnavailableException)
        {
            logger.PartitionsWait(works[0].Record.Topic);
            return false;
        }
    }

    /// <summary>Once over all that is left of one caller's records, in their order. What is to be tried again holds up its partition.</summary>
    private async Task PassAsync(IReadOnlyList<RecordWork> works, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        var together = new List<(RecordWork Work, Step.Send Step)>();
        foreach (var work in works)
        {
            foreach (var step in work.Left.ToList())
            {
                var isAlone = tries.IsAlone(work, step);
                if (step is Step.Send shared && !isAlone)
                {
                    together.Add((work, shared));
                    if (together.Count < BundleIntake.MaxTogether)
                        continue;
                }

                await SendAsync(together, held, cancellationToken);
                together.Clear();
                if (step is Step.Batch batch)
                    await OneAsync(work, batch, held, () => OpenAsync(work, batch, held, cancellationToken), cancellationToken);
                else if (step is Step.Send send && isAlone)
                    await SendAsync([(work, send)], held, cancellationToken);
            }
        }

        await SendAsync(together, held, cancellationToken);
    }

    private async Task SendAsync(List<(RecordWork Work, Step.Send Step)> steps, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        steps = [.. steps.Where(step => !held.Contains(PartitionOf(step.Work)))];
        if (steps.Count == 0)
            return;
        try
        {
            if (steps.Count > 1)
            {
                await StoreAsync(steps, held, cancellationToken);
                return;
            }
        }
        catch (Exception exception) when (IsItsOwn(exception, cancellationToken) || TookTooLong(exception, cancellationToken))
        {
            // One of them is at fault, nobody knows which: each by itself, so that it takes nobody along.
            logger.BundleRefused(steps.Count, Outage.Reason(exception));
        }

        foreach (var step in steps)
            await OneAsync(step.Work, step.Step, held, () => StoreAsync([step], held, cancellationToken), cancellationToken);
    }

    private async Task OpenAsync(RecordWork work, Step.Batch step, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        var isOpened = await batches.OpenAsync(work, step, isLastTry: tries.Of(work, step) + 1 >= options.Attempts, cancellationToken);
        if (isOpened)
            accept.Succeed();
        else
            TryLater(work, step, held, RecipientCompletion.UnavailableCode);
    }

    private async Task OneAsync(RecordWork work, Step step, HashSet<(string, int)> held, Func<Task> store, CancellationToken cancellationToken)
    {
        if (held.Contains(PartitionOf(work)))
            return;
        try
        {
            await store();
        }
        catch (Exception exception) when (IsItsOwn(exception, cancellationToken))
        {
            // A tenant may send bad data, and must not take the process out of the balancer with it.
            if (DatabaseFailures.Of(exception) is DatabaseFailure.Refused)
                accept.Fail(Outage.Reason(exception));
            TryLater(work, step, held, Outage.Reason(exception), isAlone: true);
        }
        catch (Exception exception) when (TookTooLong(exception, cancellationToken))
        {
            // A database that does everything else in time is not out; it may be busy, and the step gets more patience than others.
            if (!await RespondsAsync(cancellationToken))
                throw;
            accept.Fail(Outage.Reason(exception));
            TryLater(work, step, held, Outage.Reason(exception), isAlone: true, patience: 2);
        }
    }

    /// <summary>Counts what one step is refused for by itself, and gives it up when that was often enough.</summary>
    private void TryLater(RecordWork work, Step step, HashSet<(string, int)> held, string reason, bool isAlone = false, int patience = 1)
    {
        var count = tries.Count(work, step, isAlone);
        logger.RecordRefused(work.Record.Topic, work.Record.Partition, work.Record.Offset, reason, count);
        if (count < options.Attempts * patience)
        {
            held.Add(PartitionOf(work));
            return;
        }

        work.Left.Remove(step);
        work.Refusals.Add(Refusal.Of("not_storable", $"It could not be stored in {count} tries ({reason})."));
    }

    private async Task<bool> RespondsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.App.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            return false;
        }
    }

    private static (string, int) PartitionOf(RecordWork work) => (work.Record.Topic, work.Record.Partition);

    private static bool IsItsOwn(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is not RecipientsUnavailableException && !Outage.IsBehind(exception);

    /// <summary>Fewer are tried before everybody waits.</summary>
    private static bool TookTooLong(Exception exception, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested && DatabaseFailures.Of(exception).IsOfTheTime();

    private async Task StoreAsync(List<(RecordWork Work, Step.Send Step)> steps, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        var outcomes = await bundles.AcceptAsync(steps[0].Work.Caller, [.. steps.Select(step => step.Step.Notification)], cancellationToken);
        if (outcomes.Any(outcome => outcome is BundleOutcome.Accepted or BundleOutcome.Repeated))
            accept.Succeed();
        for (var i = 0; i < steps.Count; i++)
        {
            var (work, step) = steps[i];
            if (outcomes[i] is BundleOutcome.Invalid refused && refused.Issues.Any(RecipientCompletion.MayPass))
            {
                TryLater(work, step, held, RecipientCompletion.UnavailableCode);
                continue;
            }

            work.Left.Remove(step);
            switch (outcomes[i])
            {
                case BundleOutcome.Accepted:
                    work.Accepted++;
                    break;
                case BundleOutcome.Repeated:
                    work.Repeated++;
                    break;
                case BundleOutcome.KeyMismatch:
                    work.Refusals.Add(Refusal.Of("id_reused", "Another event with the same source and id was taken before. Each event needs an id of its own."));
                    break;
                case BundleOutcome.Invalid invalid:
                    work.Refusals.Add(Refusal.Invalid(invalid.Issues, $"{step.Of}: "));
                    break;
            }
        }
    }

    private async Task<T> UntilTheDatabaseIsBackAsync<T>(Telemetry.Step step, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (exception is not RecipientsUnavailableException && (Outage.IsBehind(exception) || !cancellationToken.IsCancellationRequested))
            {
                step.Fail(Outage.Reason(exception));
                if (!Outage.IsBehind(exception))
                    throw; // its records come again
                logger.IntakeWaits(Outage.Reason(exception));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private static TimeSpan PauseAfter(int times)
    {
        var pause = FirstPause;
        for (var i = 1; i < times && pause < LongestPause; i++)
            pause = Longer(pause);
        return pause;
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
