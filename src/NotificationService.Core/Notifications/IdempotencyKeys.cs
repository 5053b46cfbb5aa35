using System.Security.Cryptography;
using System.Text;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Looks up what was answered to idempotency keys. They are written with what they answer for, never alone, and purged after 24 hours.</summary>
public sealed class IdempotencyKeys(Database database)
{
    private static readonly Statement FindStatement = Statement.Load("idempotency_find");
    private static readonly Statement KeepStatement = Statement.Load("idempotency_keep");

    /// <summary>No key in UTF-8 begins with it.</summary>
    private const byte TestMark = 0xFF;

    /// <summary>What a key is stored as. It covers the mode: the same key in test and in live is two keys of the tenant (docs/decisions/0033).</summary>
    public static byte[] Hash(string key, bool live)
    {
        var utf8 = Encoding.UTF8.GetBytes(key);
        return SHA256.HashData(live ? utf8 : [TestMark, .. utf8]);
    }

    public async Task<StoredResponse?> FindAsync(TenantId tenant, byte[] keyHash, CancellationToken cancellationToken)
    {
        var found = await FindAsync([(tenant, keyHash)], cancellationToken);
        return found.GetValueOrDefault((tenant, Convert.ToHexString(keyHash)));
    }

    /// <summary>Several tenants' keys in one round trip; what is not there is not in the result. Keys are named in hexadecimal.</summary>
    internal async Task<IReadOnlyDictionary<(TenantId, string), StoredResponse>> FindAsync(IEnumerable<(TenantId Tenant, byte[] KeyHash)> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(TenantId, string), StoredResponse>();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        Add(batch, keys);
        await batch.CommitAsync(row => Read(row, found), cancellationToken);
        return found;
    }

    /// <summary>The same in a transaction that is somebody else's: what was written in it is found as well.</summary>
    internal static async Task<IReadOnlyDictionary<(TenantId, string), StoredResponse>> FindAsync(
        NpgsqlConnection connection, IEnumerable<(TenantId Tenant, byte[] KeyHash)> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(TenantId, string), StoredResponse>();
        await using var batch = TenantBatch.Within(connection);
        Add(batch, keys);
        await batch.RunAsync((row, _) => Read(row, found), cancellationToken);
        return found;
    }

    /// <summary>Keeps a response in the transaction of what it answers for, under the scope that is open there. False: the key was taken.</summary>
    internal static async Task<bool> KeepAsync(
        NpgsqlConnection connection, TenantId tenant, byte[] keyHash, byte[] fingerprint, int status, byte[] response, int days, CancellationToken cancellationToken)
    {
        await using var command = KeepStatement.With(
            Parameter.Of("tenant", tenant.Value),
            Parameter.Of("key_hash", keyHash),
            Parameter.Of("fingerprint", fingerprint),
            Parameter.Of("status_code", (short)status),
            Parameter.Of("response", Encoding.UTF8.GetString(response)),
            Parameter.Of("days", days)).On(connection);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static void Add(TenantBatch batch, IEnumerable<(TenantId Tenant, byte[] KeyHash)> keys)
    {
        (TenantId Tenant, byte[] KeyHash)[] asked = [.. keys];
        batch.Add(
            TenantSet.Of(asked.Select(key => key.Tenant)),
            FindStatement.With(Parameter.Of("tenants", Array.ConvertAll(asked, key => key.Tenant.Value)), Parameter.Of("key_hashes", Array.ConvertAll(asked, key => key.KeyHash))));
    }

    private static void Read(NpgsqlDataReader row, Dictionary<(TenantId, string), StoredResponse> found) =>
        found[(new TenantId(row.GetGuid(Columns.TenantId)), Convert.ToHexString(row.GetFieldValue<byte[]>(Columns.KeyHash)))] = new StoredResponse(row.GetFieldValue<byte[]>(Columns.Fingerprint), row.GetInt16(Columns.StatusCode), row.GetString(Columns.Response));

    private static class Columns
    {
        public static readonly Column
            TenantId = FindStatement.Column("tenant_id"), KeyHash = FindStatement.Column("key_hash"), Fingerprint = FindStatement.Column("fingerprint"),
            StatusCode = FindStatement.Column("status_code"), Response = FindStatement.Column("response");
    }
}
