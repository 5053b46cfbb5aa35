using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>Takes records, many in one commit, until each is stored, was stored before, is nobody's, is a dead letter, or has to wait for the user service.</summary>
/// <remarks>
/// 1 read what they ask for → 2 store it, per caller in the order of the records; while the database is out, wait and try again, for ever →
/// 3 write dead letters, for ever → whoever called then moves the offsets on. Dies anywhere: the records come again, and their keys find what
/// was stored; a dead letter may stand twice.
/// </remarks>
internal sealed class EventIntake(
    RecordReader reader, BundleIntake bundles, BatchSteps batches, DeadLetterWriter deadLetters, KafkaMetrics metrics, KafkaOptions options, TimeProvider time, ILogger<EventIntake> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Answers the partitions that have to wait because the user service cannot be asked, each from the first record that was not taken.</summary>
    public async Task<IReadOnlyList<TopicPartitionOffset>> HandleAsync(IReadOnlyList<InputRecord> records, CancellationToken cancellationToken)
    {
        var works = await UntilTheDatabaseIsBackAsync(() => reader.ReadAsync(records, cancellationToken), cancellationToken);
        var waiting = new HashSet<Caller>();
        for (var pause = FirstPause; Open().Any(); pause = Longer(pause))
        {
            foreach (var ofCaller in Open().GroupBy(work => work.Caller).ToList())
            {
                if (!await UntilTheDatabaseIsBackAsync(() => TryPassAsync([.. ofCaller.Where(work => work.Left.Count > 0)], cancellationToken), cancellationToken))
                    waiting.Add(ofCaller.Key);
            }

            if (Open().Any())
                await Task.Delay(pause, time, cancellationToken);
        }

        var held = works.Where(work => work.Left.Count > 0).GroupBy(work => PartitionOf(work)).ToDictionary(partition => partition.Key, partition => partition.Min(work => work.Record.Offset));
        var over = works.Where(work => !held.TryGetValue(PartitionOf(work), out var from) || work.Record.Offset < from).ToList();
        foreach (var work in over.Where(work => work.Refusals.Count > 0))
            await deadLetters.WriteAsync(work.Record, work.Refusals, work.Accepted + work.Repeated > 0, cancellationToken);
        metrics.Handled(over);
        return [.. held.Select(partition => new TopicPartitionOffset(partition.Key.Item1, partition.Key.Item2, partition.Value))];

        IEnumerable<RecordWork> Open() => works.Where(work => work.Left.Count > 0 && !waiting.Contains(work.Caller));
    }

    /// <summary>False: the user service cannot be asked for this caller. Others may be answered, and go on.</summary>
    private async Task<bool> TryPassAsync(IReadOnlyList<RecordWork> works, CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(works, cancellationToken);
            return true;
        }
        catch (RecipientsUnavailableException)
        {
            logger.PartitionsWait(works[0].Record.Topic);
            return false;
        }
    }

    /// <summary>Once over all that is left of one caller's records, in their order. What is to be tried again holds up its partition.</summary>
    private async Task PassAsync(IReadOnlyList<RecordWork> works, CancellationToken cancellationToken)
    {
        var held = new HashSet<(string, int)>();
        var together = new List<(RecordWork Work, Step.Send Step)>();
        foreach (var work in works)
        {
            foreach (var step in work.Left.ToList())
            {
                if (step is Step.Send send)
                {
                    together.Add((work, send));
                    if (together.Count < BundleIntake.MostTogether)
                        continue;
                }

                await SendAsync(together, held, cancellationToken);
                together.Clear();
                if (step is Step.Batch batch)
                    await OneAsync(work, batch, held, () => OpenAsync(work, batch, held, cancellationToken), cancellationToken);
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
        catch (Exception exception) when (IsItsOwn(exception, cancellationToken) || TookTooLong(exception))
        {
            // One of them is at fault, nobody knows which: each by itself, so that it takes nobody along.
            logger.BundleRefused(steps.Count, Reason(exception));
        }

        foreach (var step in steps)
            await OneAsync(step.Work, step.Step, held, () => StoreAsync([step], held, cancellationToken), cancellationToken);
    }

    private async Task OpenAsync(RecordWork work, Step.Batch step, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        if (!await batches.OpenAsync(work, step, cancellationToken))
            TryLater(work, step, held, RecipientCompletion.UnavailableCode);
    }

    private async Task OneAsync(RecordWork work, Step step, HashSet<(string, int)> held, Func<Task> store, CancellationToken cancellationToken)
    {
        if (held.Contains(PartitionOf(work)))
            return;
        try
        {
            var tries = work.Tries;
            await store();
            if (work.Tries == tries)
                work.Tries = 0;
        }
        catch (Exception exception) when (IsItsOwn(exception, cancellationToken))
        {
            TryLater(work, step, held, Reason(exception));
        }
    }

    /// <summary>Counts what one step is refused for by itself, and gives it up when that was often enough.</summary>
    private void TryLater(RecordWork work, Step step, HashSet<(string, int)> held, string reason)
    {
        logger.RecordRefused(work.Record.Topic, work.Record.Partition, work.Record.Offset, reason, ++work.Tries);
        if (work.Tries < options.Attempts)
        {
            held.Add(PartitionOf(work));
            return;
        }

        work.Tries = 0;
        work.Left.Remove(step);
        work.Refusals.Add(Refusal.Of("not_storable", $"It could not be stored in {options.Attempts} tries ({reason})."));
    }

    private static (string, int) PartitionOf(RecordWork work) => (work.Record.Topic, work.Record.Partition);

    private static bool IsItsOwn(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is not RecipientsUnavailableException && !Outage.IsBehind(exception);

    /// <summary>Said of many together it may only mean that they are too many: fewer are tried before everybody waits.</summary>
    private static bool TookTooLong(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } or NpgsqlException { InnerException: TimeoutException };

    private async Task StoreAsync(List<(RecordWork Work, Step.Send Step)> steps, HashSet<(string, int)> held, CancellationToken cancellationToken)
    {
        var outcomes = await bundles.AcceptAsync(steps[0].Work.Caller, [.. steps.Select(step => step.Step.Draft)], cancellationToken);
        for (var i = 0; i < steps.Count; i++)
        {
            var (work, step) = steps[i];
            if (outcomes[i] is BundleOutcome.Invalid refused && refused.Issues.Any(issue => issue.Code == RecipientCompletion.UnavailableCode))
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

    private async Task<T> UntilTheDatabaseIsBackAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (exception is not RecipientsUnavailableException && Outage.IsBehind(exception))
            {
                logger.IntakeWaits(Reason(exception));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>Never a message, which may quote data.</summary>
    private static string Reason(Exception exception) => exception is PostgresException postgres ? postgres.SqlState : exception.GetType().Name;
}
