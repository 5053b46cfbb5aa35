using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Erasure;

/// <summary>Asks for a person to be erased, and shows what became of it.</summary>
public sealed class RecipientErasures(TenantStore store, Database database, ErasureSigner signer, AuditLog audit, Ids ids)
{
    /// <summary>Of one tenant at once: each looks through all that the tenant keeps.</summary>
    public const int MaxOpen = 1_000;

    private static readonly Statement Begin = Statement.Load("recipient_erasures_begin");
    private static readonly Statement Clear = Statement.Load("recipient_erasures_clear");
    private static readonly Statement Find = Statement.Load("recipient_erasures_find");
    private static readonly Column ErasureId = Begin.Column("erasure_id");

    private static class Columns
    {
        public static readonly Column
            Live = Find.Column("live"), Digest = Find.Column("digest"), RequestedAt = Find.Column("requested_at"), FinishedAt = Find.Column("finished_at"), Counts = Find.Column("counts"),
            KeyId = Find.Column("key_id"), Signature = Find.Column("signature");
    }

    /// <summary>
    /// From its commit on the person is not in the directory; everything else goes in the background. Asked for again while that goes on, it is the same one.
    /// Null: <see cref="MaxOpen"/> of the tenant go on.
    /// </summary>
    /// <param name="caller">Who asks, for the audit log.</param>
    /// <param name="live">False: only what is of the test mode. True: whatever there is.</param>
    /// <param name="userId">Whom; nobody has to be known by it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Guid?> RequestAsync(Caller caller, bool live, string userId, CancellationToken cancellationToken)
    {
        var (made, digest) = (ids.Next(), signer.DigestOf(caller.Tenant, userId));
        return store.RunAsync(
            caller.Tenant,
            async (db, token) =>
            {
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                await using var beginning = Begin.With(
                    Parameter.Of("id", made), Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("live", live), Parameter.Of("digest", digest), Parameter.Of("user_id", userId),
                    Parameter.Of("max_open", MaxOpen)).On(connection);
                Guid? id = null;
                await using (var row = await beginning.ExecuteReaderAsync(token))
                    id = await row.ReadAsync(token) ? row.GetGuid(ErasureId) : null;
                if (id is null)
                    return id;
                await using var clearing = Clear.With(
                    Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("id", id.Value), Parameter.Of("live", live), Parameter.Of("user_id", userId)).On(connection);
                await clearing.ExecuteNonQueryAsync(token);
                // Never whom: an entry of the audit log stays as it is.
                if (id == made)
                    audit.Record(db, caller, "recipient.erasure_requested", $"erasure/{id}");
                await db.SaveChangesAsync(token);
                return id;
            },
            cancellationToken);
    }

    /// <summary>Null: the tenant has no such erasure.</summary>
    public static async Task<RecipientErasure?> FindAsync(NpgsqlDataSource source, TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        RecipientErasure? erasure = null;
        await using var batch = await TenantBatch.OpenAsync(source, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.CommitAsync(
            row => erasure = new RecipientErasure(
                id, row.GetBoolean(Columns.Live), Convert.ToHexStringLower(row.GetFieldValue<byte[]>(Columns.Digest)), row.GetTime(Columns.RequestedAt), row.GetOrNull<DateTimeOffset>(Columns.FinishedAt),
                JsonSerializer.Deserialize(row.GetString(Columns.Counts), ErasureJson.Default.IReadOnlyDictionaryStringInt64) ?? new Dictionary<string, long>(),
                row.GetStringOrNull(Columns.KeyId), row.GetStringOrNull(Columns.Signature)),
            cancellationToken);
        return erasure;
    }

    /// <summary>For whoever asks by the API.</summary>
    public Task<RecipientErasure?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => FindAsync(database.App, tenant, id, cancellationToken);
}
