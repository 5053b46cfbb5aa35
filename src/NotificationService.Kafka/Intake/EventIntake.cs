using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Kafka.Intake;

/// <summary>Takes records, many in one commit, until each is stored, was stored before, is nobody's, or is a dead letter.</summary>
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

    public async Task HandleAsync(IReadOnlyList<InputRecord> records, CancellationToken cancellationToken)
    {
        var works = await UntilTheDatabaseIsBackAsync(() => reader.ReadAsync(records, cancellationToken), cancellationToken);
        for (var pause = FirstPause; works.Any(work => work.Left.Count > 0); pause = Longer(pause))
        {
            await UntilTheDatabaseIsBackAsync(
                async () =>
                {
                    foreach (var ofCaller in works.Where(work => work.Left.Count > 0).GroupBy(work => work.Caller).ToList())
                        await PassAsync([.. ofCaller], cancellationToken);
                    return true;
                },
                cancellationToken);
            if (works.Any(work => work.Left.Count > 0))
                await Task.Delay(pause, time, cancellationToken);
        }

        foreach (var work in works.Where(work => work.Refusals.Count > 0))
            await deadLetters.WriteAsync(work.Record, work.Refusals, work.Accepted + work.Repeated > 0, cancellationToken);
        metrics.Handled(works);
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
                    await OneAsync(work, batch, held, () => batches.OpenAsync(work, batch, cancellationToken));
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
        catch (Exception exception) when (IsItsOwn(exception))
        {
            // One of them is at fault, nobody knows which: each by itself, so that it takes nobody along.
            logger.BundleRefused(steps.Count, Reason(exception));
        }

        foreach (var step in steps)
            await OneAsync(step.Work, step.Step, held, () => StoreAsync([step], held, cancellationToken));
    }

    private async Task OneAsync(RecordWork work, Step step, HashSet<(string, int)> held, Func<Task> store)
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
        catch (Exception exception) when (IsItsOwn(exception))
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

    private static bool IsItsOwn(Exception exception) => exception is not OperationCanceledException && !IsOutage(exception);

    /// <summary>Of the database, or of the user service: everybody waits.</summary>
    private static bool IsOutage(Exception exception) => exception is RecipientsUnavailableException || Outage.IsBehind(exception);

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
            catch (Exception exception) when (IsOutage(exception))
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
