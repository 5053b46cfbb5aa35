using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Erasure;

/// <summary>Asks for a tenant to be removed, and shows what became of it.</summary>
public sealed class TenantErasures(TenantStore store, Database database, TenantSettingsCache cache, SuspendedTenants suspended, AuditLog audit, Ids ids)
{
    private static readonly Statement Begin = Statement.Load("tenant_erasures_begin");
    private static readonly Statement Find = Statement.Load("tenant_erasures_find");
    private static readonly Statement Lock = Statement.Load("tenants_settings_lock");
    private static readonly Statement Close = Statement.Load("tenants_close");

    private static class Columns
    {
        public static readonly Column
            RequestedAt = Find.Column("requested_at"), FinishedAt = Find.Column("finished_at"), Digest = Find.Column("digest"), Counts = Find.Column("counts"),
            KeyId = Find.Column("key_id"), Signature = Find.Column("signature");
    }

    /// <summary>
    /// From its commit on nothing of the tenant goes on; its rows go in the background. Null: that is not its key. Asked for twice at once, there are two receipts.
    /// </summary>
    public async Task<Guid?> RequestAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        var id = ids.Next();
        var asked = await store.RunAsync(
            caller.Tenant,
            async (db, token) =>
            {
                if (!await db.Set<Tenant>().AnyAsync(row => row.TenantId == caller.Tenant && row.Key == key, token))
                    return false;
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                await RunAsync(connection, Lock.With(Parameter.Of("tenant", caller.Tenant.Value)), token);
                await RunAsync(connection, Close.With(Parameter.Of("tenant", caller.Tenant.Value)), token);
                await RunAsync(
                    connection, Begin.With(Parameter.Of("id", id), Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("digest", TenantErasure.DigestOf(caller.Tenant))), token);
                audit.Record(db, caller, "tenant.erasure_requested", $"tenant/{caller.Tenant}");
                await db.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
        if (!asked)
            return null;
        cache.Forget(caller.Tenant);
        await suspended.RefreshAsync(cancellationToken);
        return id;
    }

    /// <summary>Null: there is no such removal.</summary>
    public async Task<TenantErasure?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Find.With(Parameter.Of("id", id)).On(database.App);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new TenantErasure(
                id, row.GetTime(Columns.RequestedAt), row.GetOrNull<DateTimeOffset>(Columns.FinishedAt), row.GetGuid(Columns.Digest),
                JsonSerializer.Deserialize(row.GetString(Columns.Counts), ErasureJson.Default.IReadOnlyDictionaryStringInt64) ?? new Dictionary<string, long>(),
                row.GetStringOrNull(Columns.KeyId), row.GetStringOrNull(Columns.Signature))
            : null;
    }

    private static async Task RunAsync(NpgsqlConnection connection, BoundStatement statement, CancellationToken cancellationToken)
    {
        await using var command = statement.On(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, long>))]
internal sealed partial class ErasureJson : JsonSerializerContext;
