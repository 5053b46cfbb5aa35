using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>
/// Does work once under a caller's key. What it changes and the response that is kept are one transaction, so a crash leaves both or
/// neither. Of several with one key at once the first to commit has done it; the others wait for it at the key, undo what they did and give its response.
/// </summary>
public sealed class IdempotentWork(Database database, IdempotencyKeys keys)
{
    private const int MaxTries = 3;

    /// <param name="idempotent">The caller's key; null where it sent none: then nothing is kept.</param>
    /// <param name="status">The response's status code.</param>
    /// <param name="work">What is to be done in the transaction it is given; without a response it is undone. It may be begun several times.</param>
    public async Task<IdempotentOutcome<T>> RunAsync<T>(
        TenantId tenant, IdempotentRequest? idempotent, int status, Func<NpgsqlConnection, Task<(T Result, byte[]? Response)>> work, CancellationToken cancellationToken)
    {
        if (await RepeatedAsync<T>(tenant, idempotent, cancellationToken) is { } before)
            return before;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (isDone, result, response) = await TryAsync(tenant, idempotent, status, work, cancellationToken);
                if (isDone && response is not null)
                    return new IdempotentOutcome<T>.Done(result, response);
                // Someone with the same key may have done it while this one waited for the rows. Asked with the connection given back:
                // as many as there are connections may stand here at once.
                if (await RepeatedAsync<T>(tenant, idempotent, cancellationToken) is { } meanwhile)
                    return meanwhile;
                if (response is null)
                    return new IdempotentOutcome<T>.Refused(result);
                // What was kept under the key has just been purged.
            }
            catch (Exception exception) when (attempt < MaxTries && DatabaseFailures.Of(exception) is DatabaseFailure.Conflict)
            {
                // It held one delivery of a chain and waited for another, whose end was just waking the first. Nothing of it is done.
            }
        }
    }

    /// <summary>Not done: it has no response, or the key was taken; nothing of it is left.</summary>
    private async Task<(bool IsDone, T Result, byte[]? Response)> TryAsync<T>(
        TenantId tenant, IdempotentRequest? idempotent, int status, Func<NpgsqlConnection, Task<(T Result, byte[]? Response)>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (result, response) = await work(connection);
        var isDone = response is not null && (idempotent is null || await IdempotencyKeys.KeepAsync(
            connection, tenant, idempotent.KeyHash, idempotent.FingerprintFor(tenant), status, response, idempotent.KeptDays, cancellationToken));
        if (isDone)
            await transaction.CommitAsync(cancellationToken);
        else
            await transaction.RollbackAsync(cancellationToken);
        return (isDone, result, response);
    }

    /// <summary>What was answered before, where it was: what might refuse the request by now is not asked again.</summary>
    public async Task<IdempotentOutcome<T>?> RepeatedAsync<T>(TenantId tenant, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        if (idempotent is null || await keys.FindAsync(tenant, idempotent.KeyHash, cancellationToken) is not { } before)
            return null;
        return before.IsTo(idempotent.FingerprintFor(tenant)) ? new IdempotentOutcome<T>.Replayed(before) : new IdempotentOutcome<T>.KeyMismatch();
    }
}
