using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Erasure;

/// <summary>
/// Takes people out of everything that is kept of them: in sweeps of short transactions, each with a rest after it as long as it took, so that others have their turn. Dies
/// anywhere: what was removed is counted and where it was is noted, and another worker goes on within a minute. It is over when a sweep that began after what was under way had
/// ended has passed nothing by; then the person goes from the erasure itself, and the receipt is signed.
/// </summary>
public sealed class RecipientEraser(
    Database database, ErasureSigner signer, RetentionOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<RecipientEraser> logger) : BackgroundService
{
    private const int StepRows = 200;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainIn = TimeSpan.FromSeconds(1);
    /// <summary>At one of them; then another has its turn, and this one goes on from where it was.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(2);
    /// <summary>What found nothing proves little, and anybody can ask for it as often as he likes.</summary>
    private static readonly TimeSpan KeepsNothingFor = TimeSpan.FromDays(1);

    private static readonly Statement Forget = Statement.Load("recipient_erasures_forget");
    private static readonly Statement Take = Statement.Load("recipient_erasures_take");
    private static readonly Statement Step = Statement.Load("recipient_erasures_step");
    private static readonly Statement Swept = Statement.Load("recipient_erasures_swept");
    private static readonly Statement Leave = Statement.Load("recipient_erasures_leave");
    private static readonly Statement Finish = Statement.Load("recipient_erasures_finish");
    private static readonly Column Tenant = Take.Column("tenant_id"), Id = Take.Column("id"), GoesOn = Step.Column("goes_on"), PassedBy = Swept.Column("passed_by"), Age = Swept.Column("age");
    private static readonly Column FinishedId = Finish.Column("finished_id"), Removed = Forget.Column("removed");

    /// <summary>Whose turn the last one was.</summary>
    private TenantId served;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("recipient_erasure", TimeSpan.FromMinutes(5)), logger.RecipientErasureFailed, stoppingToken);

    /// <summary>One turn of every open erasure, tenant by tenant.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await ForgetAsync(cancellationToken) == StepRows)
        {
        }

        while (await TakeAsync(cancellationToken) is var (tenant, id))
        {
            var isSwept = await SweepAsync(tenant, id, cancellationToken);
            if (!isSwept || !await IsLastAsync(tenant, id, cancellationToken))
                await RunAsync(tenant, Leave.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("again", isSwept ? LookAgainIn : TimeSpan.Zero)), cancellationToken);
            else
                await FinishAsync(tenant, id, cancellationToken);
        }
    }

    private async Task<(TenantId Tenant, Guid Id)?> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = Take.With(Parameter.Of("after", served.Value)).On(database.Worker);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        served = new TenantId(row.GetGuid(Tenant));
        return (served, row.GetGuid(Id));
    }

    private async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = Forget.With(Parameter.Of("older_than", KeepsNothingFor), Parameter.Of("max", StepRows)).On(database.Worker);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? row.GetInt32(Removed) : 0;
    }

    /// <summary>Goes on with a sweep; whether it has come to its end.</summary>
    private async Task<bool> SweepAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        var (sweepBegan, goesOn) = (time.GetTimestamp(), true);
        while (goesOn && time.GetElapsedTime(sweepBegan) < MaxDuration)
        {
            var began = time.GetTimestamp();
            goesOn = false;
            await RunAsync(
                tenant,
                Step.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("settles", options.ErasureSettles), Parameter.Of("max", StepRows)),
                cancellationToken, row => goesOn = row.GetBoolean(GoesOn));
            await Task.Delay(time.GetElapsedTime(began) is var took && took > ShortestRest ? took : ShortestRest, time, cancellationToken);
        }

        return !goesOn;
    }

    private async Task<bool> IsLastAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        var isLast = false;
        await RunAsync(
            tenant, Swept.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)), cancellationToken,
            row => isLast = !row.GetBoolean(PassedBy) && row.GetFieldValue<TimeSpan>(Age) >= options.ErasureSettles);
        return isLast;
    }

    /// <summary>The receipt. Dies before: the next look makes it.</summary>
    private async Task FinishAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        if (await RecipientErasures.FindAsync(database.Worker, tenant, id, cancellationToken) is not { } erasure)
            return;
        // As exact as the database keeps it: what is signed is what is read.
        var now = time.GetUtcNow();
        var finished = erasure with { FinishedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) };
        var isFinished = false;
        await RunAsync(
            tenant,
            Finish.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("finished_at", finished.FinishedAt!.Value), Parameter.Of("key_id", signer.KeyId),
                Parameter.Of("signature", signer.Sign(finished))),
            cancellationToken, row => isFinished = !row.IsDBNull(FinishedId));
        if (isFinished)
            logger.RecipientErased(id);
    }

    private async Task RunAsync(TenantId tenant, BoundStatement statement, CancellationToken cancellationToken, Action<Npgsql.NpgsqlDataReader>? read = null)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(tenant, statement);
        await batch.CommitAsync(read, cancellationToken);
    }
}
