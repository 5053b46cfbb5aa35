using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.Tenants;

/// <summary>Reads and changes what a tenant set up. Whoever only needs to know it asks <see cref="TenantSettingsCache"/>.</summary>
public sealed class TenantSettingsStore(Database database, TenantStore store, AuditLog audit)
{
    private static readonly Statement Find = Statement.Load("tenants_settings_find");
    private static readonly Statement FindMany = Statement.Load("tenants_settings_of");
    private static readonly Statement Lock = Statement.Load("tenants_settings_lock");
    private static readonly Statement Store = Statement.Load("tenants_settings_store");

    private static class Columns
    {
        public static readonly Column
            Key = Of("key"), Name = Of("name"), CreatedAt = Of("created_at"), Settings = Of("settings"), Revision = Of("revision"), SuspendedAt = Of("suspended_at"),
            SuspendedReason = Of("suspended_reason"), Tenant = FindMany.Column("tenant_id");

        private static Column Of(string name) => new(name, Find, FindMany);
    }

    /// <summary>Null: there is no such tenant.</summary>
    public async Task<TenantSettings?> FindAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        TenantSettings? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value)));
        await batch.CommitAsync(row => found = Read(row, tenant).Settings, cancellationToken);
        return found;
    }

    /// <summary>Those of them that exist, in one statement, as the worker.</summary>
    public async Task<IReadOnlyList<TenantSettings>> FindAsync(TenantSet tenants, CancellationToken cancellationToken)
    {
        var found = new List<TenantSettings>(tenants.Count);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(tenants, FindMany.With(Parameter.Of("tenants", tenants.Ids)));
        await batch.CommitAsync(row => found.Add(Read(row, new TenantId(row.GetGuid(Columns.Tenant))).Settings), cancellationToken);
        return found;
    }

    /// <summary>Changes some of it, as RFC 7396 says.</summary>
    /// <param name="caller">Whose tenant it is.</param>
    /// <param name="patch">An object whose members have the names and types of <see cref="StoredTenantSettings"/>, and perhaps <c>name</c>.</param>
    /// <param name="channels">The names of the channels that there are.</param>
    /// <param name="cancellationToken">Ends it; nothing is changed.</param>
    public async Task<TenantSettingsChanged> PatchAsync(Caller caller, JsonObject patch, IReadOnlyList<string> channels, CancellationToken cancellationToken) =>
        await store.RunAsync(
            caller.Tenant,
            async (db, token) =>
            {
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                var (before, document) = await LockedAsync(connection, caller.Tenant, token);
                if (before is null)
                    return new TenantSettingsChanged.NotFound();
                var wanted = (JsonObject)patch.DeepClone();
                var name = wanted.ContainsKey("name") ? wanted["name"]?.GetValue<string>() ?? "" : null;
                wanted.Remove("name");
                var was = document.ToJsonString();
                StoredTenantSettings.Merge(document, wanted);
                var (checkedSettings, issues) = TenantSettingsCheck.Of(document.Deserialize(TenantSettingsJson.Default.StoredTenantSettings) ?? new(), channels);
                if (name is not null && !TenantSettingsCheck.IsName(name))
                    issues = [.. issues, new TenantSettingsIssue("/name", "name_invalid", $"A name has 1 to {TenantSettingsCheck.LongestName} characters, none of them control characters.")];
                if (issues.Count > 0)
                    return new TenantSettingsChanged.Invalid(issues);

                if (name is not null)
                    await db.Set<Tenant>().Where(row => row.TenantId == caller.Tenant).ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, name), token);
                await StoreAsync(connection, caller.Tenant, checkedSettings, token);
                audit.Record(db, caller, "tenant.changed", $"tenant/{caller.Tenant}", Fields(before.Name, was), Fields(name ?? before.Name, document.ToJsonString()));
                await db.SaveChangesAsync(token);
                return (TenantSettingsChanged)new TenantSettingsChanged.Changed(
                    checkedSettings.ApplyTo(before with { Name = name ?? before.Name, Brand = new(name ?? before.Name, null, null), Revision = before.Revision + 1 }));
            },
            cancellationToken);

    /// <summary>The settings and the document they are made of, with the tenant's row held.</summary>
    private static async Task<(TenantSettings? Settings, JsonObject Document)> LockedAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        await using (var held = Lock.With(Parameter.Of("tenant", tenant.Value)).On(connection))
            await held.ExecuteNonQueryAsync(cancellationToken);
        await using var find = Find.With(Parameter.Of("tenant", tenant.Value)).On(connection);
        await using var row = await find.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return (null, []);
        var (settings, document) = Read(row, tenant);
        return (settings, document);
    }

    private static AuditFields Fields(string name, string settings) => new AuditFields().Text("name", name).Members("settings", settings);

    private static async Task StoreAsync(NpgsqlConnection connection, TenantId tenant, StoredTenantSettings settings, CancellationToken cancellationToken)
    {
        await using var command = Store.With(
            Parameter.Of("tenant", tenant.Value), Parameter.Of("settings", JsonSerializer.Serialize(settings, TenantSettingsJson.Default.StoredTenantSettings), NpgsqlDbType.Text)).On(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static (TenantSettings Settings, JsonObject Document) Read(NpgsqlDataReader row, TenantId tenant)
    {
        var name = row.GetString(Columns.Name);
        var bare = new TenantSettings
        {
            Tenant = tenant,
            Key = row.GetString(Columns.Key),
            Name = name,
            CreatedAt = row.GetTime(Columns.CreatedAt),
            Revision = row.GetInt32(Columns.Revision),
            Status = row.IsDBNull(Columns.SuspendedAt) ? TenantStatus.Active : TenantStatus.Suspended,
            SuspendedReason = row.GetStringOrNull(Columns.SuspendedReason),
            Brand = new(name, null, null),
        };
        if (row.GetStringOrNull(Columns.Settings) is not { } json)
            return (bare, []);
        var stored = JsonSerializer.Deserialize(json, TenantSettingsJson.Default.StoredTenantSettings) ?? new();
        return (stored.ApplyTo(bare), JsonNode.Parse(json) as JsonObject ?? []);
    }
}

/// <summary>What came of changing a tenant's settings.</summary>
public abstract record TenantSettingsChanged
{
    private TenantSettingsChanged()
    {
    }

    public sealed record Changed(TenantSettings Settings) : TenantSettingsChanged;

    public sealed record Invalid(IReadOnlyList<TenantSettingsIssue> Issues) : TenantSettingsChanged;

    public sealed record NotFound : TenantSettingsChanged;
}
