using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Intake;

/// <summary>Takes records, many in one commit, until each is stored, was stored before, is nobody's, is a dead letter, or is to be read again later.</summary>
/// <remarks>
/// 1 read what they ask for → 2 store it, whosever it is, in one commit and in the order of the records; while the database is out, wait and try again, for
/// ever; what is refused together is tried in halves; what is refused by itself, or waits for the user service, holds up its partition and nobody else →
/// 3 write dead letters, for ever → whoever called then moves the offsets on. Dies anywhere: the records come again, and their keys find what
/// was stored; a dead letter may stand twice.
/// </remarks>
internal sealed class EventIntake(
    RecordReader reader, NotificationIntake intake, BatchSteps batches, PublishSteps publishing, DeadLetterWriter deadLetters, OutageRetry retry, KafkaMetrics metrics, KafkaOptions options, Database database, TenantSettingsCache tenants, Heartbeats heartbeats, TimeProvider time,
    ILogger<EventIntake> logger)
{
    private readonly StepTries tries = new();
    private readonly Telemetry.Step read = heartbeats.Step("kafka_read");
    private readonly Telemetry.Step accept = heartbeats.Step("kafka_accept");

    /// <summary>What is left alone for now, of records that are handled together.</summary>
    /// <param name="Callers">The user service cannot be asked for them.</param>
    /// <param name="Partitions">A record of them is to be tried again.</param>
    private sealed record Stopped(HashSet<Caller> Callers, HashSet<(string Topic, int Partition)> Partitions)
    {
        public bool Has(RecordWork work) => Callers.Contains(work.Caller) || Partitions.Contains(PartitionOf(work));
    }

    /// <summary>Answers the partitions that have to wait, each from the first record that was not taken.</summary>
    public async Task<IReadOnlyList<Hold>> HandleAsync(IReadOnlyList<InputRecord> records, CancellationToken cancellationToken)
    {
        var works = await retry.RunAsync(read, () => reader.ReadAsync(records, cancellationToken), cancellationToken);
        read.Succeed();
        var stopped = new Stopped([], []);
        await retry.RunAsync(accept, () => RefuseSuspendedAsync(works, cancellationToken), cancellationToken);
        while (Open().Any())
        {
            await retry.RunAsync(
                accept,
                async () =>
                {
                    await PassAsync([.. Open()], stopped, cancellationToken);
                    return true;
                },
                cancellationToken);
            // Another node was quicker at a batch, whose key is there now.
            if (Open().Any())
                await Task.Delay(OutageRetry.FirstPause, time, cancellationToken);
        }

        var left = works.Where(work => work.Left.Count > 0).GroupBy(PartitionOf).ToDictionary(partition => partition.Key, partition => partition.MinBy(work => work.Record.Offset)!);
        var over = works.Where(work => !left.TryGetValue(PartitionOf(work), out var from) || work.Record.Offset < from.Record.Offset).ToList();
        foreach (var work in over.Where(work => work.Refusals.Count > 0))
            await deadLetters.WriteAsync(work.Record, work.Refusals, work.Accepted + work.Repeated > 0, cancellationToken);
        over.ForEach(tries.Forget);
        metrics.Handled(over);
        return [.. left.Values.Select(work => new Hold(
            new TopicPartitionOffset(work.Record.Topic, work.Record.Partition, work.Record.Offset),
            stopped.Callers.Contains(work.Caller) ? OutageRetry.LongestPause : OutageRetry.PauseAfter(work.Left.Max(step => tries.Of(work, step)))))];

        IEnumerable<RecordWork> Open() => works.Where(work => work.Left.Count > 0 && !stopped.Has(work));
    }

    /// <summary>
    /// To hold them would hold up everybody else's records of the partition: they are dead letters, nothing is kept under their ids, and put back after the
    /// tenant is resumed they are taken.
    /// </summary>
    private async Task<bool> RefuseSuspendedAsync(IReadOnlyList<RecordWork> works, CancellationToken cancellationToken)
    {
        foreach (var work in works)
        {
            if (work.Left.Count == 0 || (await tenants.GetAsync(work.Caller.Tenant, cancellationToken)).Status == TenantStatus.Active)
                continue;
            work.Left.Clear();
            work.Refusals.Add(Refusal.Of(SuspendedTenants.Code, SuspendedTenants.Message));
        }

        return true;
    }

    /// <summary>Once over all that is left of the records, in their order. What is to be tried again holds up its partition.</summary>
    private async Task PassAsync(IReadOnlyList<RecordWork> works, Stopped stopped, CancellationToken cancellationToken)
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
                    if (together.Count < NotificationIntake.MaxTogether)
                        continue;
                }

                await SendAsync(together, stopped, cancellationToken);
                together.Clear();
                if (step is Step.Batch batch)
                    await OneAsync(work, batch, stopped, () => OpenAsync(work, batch, stopped, cancellationToken), cancellationToken);
                else if (step is Step.Publish publish)
                    await OneAsync(work, publish, stopped, () => PublishAsync(work, publish, stopped, cancellationToken), cancellationToken);
                else if (step is Step.Send send && isAlone)
                    await SendAsync([(work, send)], stopped, cancellationToken);
            }
        }

        await SendAsync(together, stopped, cancellationToken);
    }

    private Task SendAsync(IReadOnlyList<(RecordWork Work, Step.Send Step)> steps, Stopped stopped, CancellationToken cancellationToken) =>
        Halving.RunAsync(steps, some => TrySendAsync(some, stopped, cancellationToken), cancellationToken);

    /// <summary>False: refused because of one of several, and nobody knows which.</summary>
    private async Task<bool> TrySendAsync(IReadOnlyList<(RecordWork Work, Step.Send Step)> steps, Stopped stopped, CancellationToken cancellationToken)
    {
        (RecordWork Work, Step.Send Step)[] open = [.. steps.Where(step => !stopped.Has(step.Work))];
        if (open.Length > 1)
        {
            try
            {
                await StoreAsync(open, stopped, cancellationToken);
                return true;
            }
            catch (Exception exception) when (IsItsOwn(exception, cancellationToken))
            {
                logger.RefusedTogether(open.Length, Outage.Reason(exception));
                return false;
            }
            catch (Exception exception) when (TookTooLong(exception, cancellationToken))
            {
                // Each half that takes too long as well would cost as much time as the whole did: one by one at once.
                logger.RefusedTogether(open.Length, Outage.Reason(exception));
            }
        }

        foreach (var step in open)
            await OneAsync(step.Work, step.Step, stopped, () => StoreAsync([step], stopped, cancellationToken), cancellationToken);
        return true;
    }

    private async Task OpenAsync(RecordWork work, Step.Batch step, Stopped stopped, CancellationToken cancellationToken)
    {
        var isOpened = await batches.OpenAsync(work, step, isLastTry: tries.Of(work, step) + 1 >= options.Attempts, cancellationToken);
        if (isOpened)
            accept.Succeed();
        else
            TryLater(work, step, stopped, RecipientCompletion.UnavailableCode);
    }

    private async Task PublishAsync(RecordWork work, Step.Publish step, Stopped stopped, CancellationToken cancellationToken)
    {
        if (await publishing.PublishAsync(work, step, cancellationToken))
            accept.Succeed();
        else
            TryLater(work, step, stopped, RecipientCompletion.UnavailableCode);
    }

    private async Task OneAsync(RecordWork work, Step step, Stopped stopped, Func<Task> store, CancellationToken cancellationToken)
    {
        if (stopped.Has(work))
            return;
        try
        {
            await store();
        }
        catch (RecipientsUnavailableException)
        {
            Wait(work, stopped);
        }
        catch (Exception exception) when (IsItsOwn(exception, cancellationToken))
        {
            // A tenant may send bad data, and must not take the process out of the balancer with it.
            if (DatabaseFailures.Of(exception) is DatabaseFailure.Refused)
                accept.Fail(Outage.Reason(exception));
            TryLater(work, step, stopped, Outage.Reason(exception), isAlone: true);
        }
        catch (Exception exception) when (TookTooLong(exception, cancellationToken))
        {
            // A database that does everything else in time is not out; it may be busy, and the step gets more patience than others.
            if (!await RespondsAsync(cancellationToken))
                throw;
            accept.Fail(Outage.Reason(exception));
            TryLater(work, step, stopped, Outage.Reason(exception), isAlone: true, patience: 2);
        }
    }

    /// <summary>The user service cannot be asked for this caller. Others may be answered, and go on.</summary>
    private void Wait(RecordWork work, Stopped stopped)
    {
        if (stopped.Callers.Add(work.Caller))
            logger.PartitionsWait(work.Record.Topic);
    }

    /// <summary>Counts what one step is refused for by itself, and gives it up when that was often enough.</summary>
    private void TryLater(RecordWork work, Step step, Stopped stopped, string reason, bool isAlone = false, int patience = 1)
    {
        var count = tries.Count(work, step, isAlone);
        logger.RecordRefused(work.Record.Topic, work.Record.Partition, work.Record.Offset, reason, count);
        if (count < options.Attempts * patience)
        {
            stopped.Partitions.Add(PartitionOf(work));
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
        !cancellationToken.IsCancellationRequested && !Outage.IsBehind(exception);

    /// <summary>Fewer are tried before everybody waits.</summary>
    private static bool TookTooLong(Exception exception, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested && DatabaseFailures.Of(exception).IsOfTheTime();

    private async Task StoreAsync((RecordWork Work, Step.Send Step)[] steps, Stopped stopped, CancellationToken cancellationToken)
    {
        var outcomes = await intake.AcceptAsync([.. steps.Select(step => step.Step.Notification)], cancellationToken);
        if (outcomes.Any(outcome => outcome is IntakeOutcome.Accepted or IntakeOutcome.Replayed))
            accept.Succeed();
        for (var i = 0; i < steps.Length; i++)
        {
            var (work, step) = steps[i];
            if (outcomes[i] is IntakeOutcome.Unavailable)
                Wait(work, stopped);
            else if (outcomes[i] is IntakeOutcome.Invalid invalid && invalid.Issues.Any(RecipientCompletion.MayPass))
                TryLater(work, step, stopped, RecipientCompletion.UnavailableCode);
            else
                Done(work, step, outcomes[i]);
        }
    }

    private static void Done(RecordWork work, Step.Send step, IntakeOutcome outcome)
    {
        work.Left.Remove(step);
        switch (outcome)
        {
            case IntakeOutcome.Accepted:
                work.Accepted++;
                break;
            case IntakeOutcome.Replayed:
                work.Repeated++;
                break;
            case IntakeOutcome.KeyMismatch:
                work.Refusals.Add(Refusal.IdReused);
                break;
            case IntakeOutcome.Invalid invalid:
                work.Refusals.Add(Refusal.Invalid(invalid.Issues, $"{step.Of}: "));
                break;
            default:
                throw new InvalidOperationException("a closed set");
        }
    }
}
