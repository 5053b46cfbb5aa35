using System.Runtime.ExceptionServices;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A key under which a request may be repeated.</summary>
/// <param name="Route">What the key was used for: the same key elsewhere is another request.</param>
/// <param name="Body">The request as it came, JSON in UTF-8.</param>
/// <param name="Live">The caller's mode: the same key in the other mode is another key.</param>
public sealed record IdempotentRequest(string Key, string Route, ReadOnlyMemory<byte> Body, bool Live)
{
    internal byte[] KeyHash => IdempotencyKeys.Hash(Key, Live);
}

/// <summary>The one door through which notifications come in.</summary>
public sealed class NotificationIntake
{
    private readonly NotificationPreparer preparer;
    private readonly NotificationWriter writer;
    private readonly IdempotencyKeys keys;
    private readonly NotificationMetrics metrics;
    private readonly WakeUp wakeUp;

    internal NotificationIntake(NotificationPreparer preparer, NotificationWriter writer, IdempotencyKeys keys, NotificationMetrics metrics, WakeUp wakeUp) =>
        (this.preparer, this.writer, this.keys, this.metrics, this.wakeUp) = (preparer, writer, keys, metrics, wakeUp);

    /// <summary>
    /// 1 check, bind to a template version, plan → 2 write with whoever else writes now, and wait for the commit → 3 wake
    /// the workers. Dies before 2's commit: nothing exists. After it: the same key gives the first response.
    /// </summary>
    /// <exception cref="Npgsql.NpgsqlException">The database could not be reached or the commit's outcome is unknown; to repeat with the same key is safe.</exception>
    public async ValueTask<IntakeOutcome> AcceptAsync(
        Caller caller, NotificationRequest request, IdempotentRequest? idempotent, string? traceParent, CancellationToken cancellationToken)
    {
        var (prepared, issues) = await PrepareAsync(caller.Tenant, request, cancellationToken);
        if (prepared is null)
            return await RefuseAsync(caller.Tenant, issues, idempotent, cancellationToken);

        var response = ReadableJson.Utf8(AcceptedResponse.Of(prepared), AcceptedJson.Default.AcceptedResponse);
        var entry = idempotent is null
            ? null
            : new IdempotencyEntry(idempotent.KeyHash, Fingerprint(caller.Tenant, idempotent), response);
        if (!writer.TryWrite(AcceptedNotification.Of(caller, prepared, entry, traceParent), out var writing))
        {
            metrics.Busy();
            return new IntakeOutcome.Busy();
        }

        switch (await writing)
        {
            case WriteOutcome.Stored:
                metrics.Accepted(prepared.Deliveries);
                if (prepared.Request.SendAt is null)
                    wakeUp.Signal();
                return new IntakeOutcome.Accepted(prepared.Id, response);
            case WriteOutcome.KeyTaken taken:
                return Repeat(taken.Before, entry!.Fingerprint);
            case WriteOutcome.Broken broken:
                ExceptionDispatchInfo.Throw(broken.Exception);
                throw broken.Exception;
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    private async ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await preparer.PrepareAsync(tenant, request, cancellationToken);
        }
        catch (RecipientsUnavailableException)
        {
            return (null, [RecipientCompletion.Unavailable]);
        }
    }

    /// <summary>What was answered once is answered again, even if by now it would be refused: its template withdrawn, its time past.</summary>
    private async ValueTask<IntakeOutcome> RefuseAsync(TenantId tenant, IReadOnlyList<RequestIssue> issues, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        if (idempotent is not null && await keys.FindAsync(tenant, idempotent.KeyHash, cancellationToken) is { } before)
            return Repeat(before, Fingerprint(tenant, idempotent));
        metrics.Invalid();
        return new IntakeOutcome.Invalid(issues);
    }

    private IntakeOutcome Repeat(StoredResponse before, byte[] fingerprint)
    {
        if (before.Fingerprint.AsSpan().SequenceEqual(fingerprint))
        {
            metrics.Replayed();
            return new IntakeOutcome.Replayed(before);
        }

        metrics.KeyMismatch();
        return new IntakeOutcome.KeyMismatch();
    }

    private static byte[] Fingerprint(TenantId tenant, IdempotentRequest idempotent) =>
        RequestFingerprint.Of(idempotent.Route, tenant, idempotent.Body.Span);
}
