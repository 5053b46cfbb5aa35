using System.Collections.Concurrent;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// When service accounts were last used: noted in memory once a minute for each token, and written together, at most once a minute for each account however
/// many nodes it calls. What could not be written is forgotten: the next minute's use says as much.
/// </summary>
public sealed class AccountUses(Database database, TimeProvider time)
{
    /// <summary>Accounts that wait to be written. Beyond it a use is forgotten.</summary>
    public const int Capacity = 10_000;

    private const int BatchSize = 500;

    private static readonly Statement NoteUse = Statement.Load("service_accounts_note_use");

    private readonly ConcurrentDictionary<(TenantId Tenant, Guid Account), byte> waiting = new();

    public void Note(TenantId tenant, Guid account)
    {
        if (waiting.Count < Capacity)
            waiting.TryAdd((tenant, account), 0);
    }

    /// <summary>Notes the use of a token, unless that was done within the last minute.</summary>
    public void Note(VerifiedToken token)
    {
        if (token.Caller.Kind == CallerKind.ServiceAccount && token.TryNoteUse(time))
            Note(token.Caller.Tenant, token.Caller.Id);
    }

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var some in waiting.Keys.OrderBy(use => use.Tenant).ThenBy(use => use.Account).Chunk(BatchSize))
        {
            foreach (var use in some)
                waiting.TryRemove(use, out _);
            await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
            foreach (var (tenant, account) in some)
                batch.Add(tenant, NoteUse.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", account), Parameter.Of("now", time.GetUtcNow())));
            await batch.CommitAsync(read: null, cancellationToken);
        }
    }
}
