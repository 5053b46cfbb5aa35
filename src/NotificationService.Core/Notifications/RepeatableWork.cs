using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Does work once under a caller's key. What it changes and the answer that is kept are one transaction, so a crash leaves both or
/// neither. Of several with one key at once the first to commit has done it; the others wait for it at the key, undo what they did and give its answer.
/// </summary>
public sealed class RepeatableWork(Database database, IdempotencyKeys keys)
{
    private const int MostRounds = 3;

    /// <param name="repeatable">The caller's key; null where it sent none: then nothing is kept.</param>
    /// <param name="status">The answer's status code.</param>
    /// <param name="work">What is to be done in the transaction it is given; without an answer it is undone. It may be begun several times.</param>
    public async Task<RepeatableOutcome<T>> RunAsync<T>(
        TenantId tenant, RepeatableRequest? repeatable, int status, Func<NpgsqlConnection, Task<(T Result, byte[]? Answer)>> work, CancellationToken cancellationToken)
    {
        if (await RepeatedAsync<T>(tenant, repeatable, cancellationToken) is { } before)
            return before;
        for (var round = 1; ; round++)
        {
            try
            {
                var (isDone, result, answer) = await TryAsync(tenant, repeatable, status, work, cancellationToken);
                if (isDone && answer is not null)
                    return new RepeatableOutcome<T>.Done(result, answer);
                // Someone with the same key may have done it while this one waited for the rows. Asked with the connection given back:
                // as many as there are connections may stand here at once.
                if (await RepeatedAsync<T>(tenant, repeatable, cancellationToken) is { } meanwhile)
                    return meanwhile;
                if (answer is null)
                    return new RepeatableOutcome<T>.Refused(result);
                // What was kept under the key has just been purged.
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && round < MostRounds)
            {
                // It held one delivery of a chain and waited for another, whose end was just waking the first. Nothing of it is done.
            }
        }
    }

    /// <summary>Not done: it has no answer, or the key was taken; nothing of it is left.</summary>
    private async Task<(bool IsDone, T Result, byte[]? Answer)> TryAsync<T>(
        TenantId tenant, RepeatableRequest? repeatable, int status, Func<NpgsqlConnection, Task<(T Result, byte[]? Answer)>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (result, answer) = await work(connection);
        var isDone = answer is not null && (repeatable is null || await IdempotencyKeys.KeepAsync(
            connection, tenant, repeatable.KeyHash, Fingerprint(tenant, repeatable), status, answer, IdempotencyEntry.UsualDays, cancellationToken));
        if (isDone)
            await transaction.CommitAsync(cancellationToken);
        else
            await transaction.RollbackAsync(cancellationToken);
        return (isDone, result, answer);
    }

    private async Task<RepeatableOutcome<T>?> RepeatedAsync<T>(TenantId tenant, RepeatableRequest? repeatable, CancellationToken cancellationToken)
    {
        if (repeatable is null || await keys.FindAsync(tenant, repeatable.KeyHash, cancellationToken) is not { } before)
            return null;
        return before.Fingerprint.AsSpan().SequenceEqual(Fingerprint(tenant, repeatable)) ? new RepeatableOutcome<T>.Replayed(before) : new RepeatableOutcome<T>.KeyMismatch();
    }

    private static byte[] Fingerprint(TenantId tenant, RepeatableRequest repeatable) => RequestFingerprint.Of(repeatable.Route, tenant, repeatable.Body.Span);
}
