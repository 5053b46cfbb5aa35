using NotificationService.Channels.Routing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Reads the enabled providers of very many tenants by one statement, for a worker that has claimed of all of them.</summary>
public sealed class EnabledProviders(Database database)
{
    private static readonly Statement Enabled = Statement.Load("providers_enabled");

    /// <param name="lanes">A tenant and a channel each, distinct, one at least.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ILookup<(TenantId Tenant, ChannelKind Channel), ProviderRow>> ReadAsync(
        IReadOnlyCollection<(TenantId Tenant, ChannelKind Channel)> lanes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, ProviderRow>();
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            TenantSet.Of(lanes.Select(lane => lane.Tenant)),
            Enabled.With(
                Parameter.Of<Guid[]>("tenants", [.. lanes.Select(lane => lane.Tenant.Value)]),
                Parameter.Of<short[]>("channels", [.. lanes.Select(lane => (short)lane.Channel)])));
        await batch.CommitAsync(row => Add(found, row), cancellationToken);
        return found.Values.ToLookup(provider => (provider.TenantId, provider.Channel));
    }

    private static void Add(Dictionary<Guid, ProviderRow> found, NpgsqlDataReader row)
    {
        var id = row.GetGuid(Columns.Id);
        if (!found.TryGetValue(id, out var provider))
            found.Add(id, provider = Provider(row, id));
        if (row.IsDBNull(Columns.Field))
            return;
        provider.Credentials.Add(new ProviderCredentialRow
        {
            TenantId = provider.TenantId,
            ProviderId = id,
            Field = row.GetString(Columns.Field),
            KeyId = row.GetString(Columns.KeyId),
            Sealed = row.GetFieldValue<byte[]>(Columns.Sealed),
            Hint = row.GetString(Columns.Hint),
        });
    }

    private static ProviderRow Provider(NpgsqlDataReader row, Guid id)
    {
        var tenant = new TenantId(row.GetGuid(Columns.TenantId));
        return new ProviderRow
        {
            Id = id,
            TenantId = tenant,
            Channel = (ChannelKind)row.GetInt16(Columns.Channel),
            Type = row.GetString(Columns.Type),
            Name = row.GetString(Columns.Name),
            Priority = row.GetInt32(Columns.Priority),
            Weight = row.GetInt32(Columns.Weight),
            Enabled = true,
            RateLimit = row.GetOrNull<int>(Columns.RateLimit),
            Concurrency = row.GetOrNull<int>(Columns.Concurrency),
            Settings = row.GetString(Columns.Settings),
            Revision = row.GetInt32(Columns.Revision),
            Suspension = row.GetOrNull<int>(Columns.SuspendedRevision) is { } revision
                ? new ProviderSuspension { TenantId = tenant, ProviderId = id, Revision = revision, Code = row.GetString(Columns.SuspensionCode), Message = row.GetString(Columns.SuspensionMessage) }
                : null,
        };
    }

    private static class Columns
    {
        public static readonly Column
            TenantId = Enabled.Column("tenant_id"), Id = Enabled.Column("id"), Channel = Enabled.Column("channel"), Type = Enabled.Column("type"),
            Name = Enabled.Column("name"), Priority = Enabled.Column("priority"), Weight = Enabled.Column("weight"), RateLimit = Enabled.Column("rate_limit"),
            Concurrency = Enabled.Column("concurrency"), Settings = Enabled.Column("settings"), Revision = Enabled.Column("revision"), Field = Enabled.Column("field"),
            KeyId = Enabled.Column("key_id"), Sealed = Enabled.Column("sealed"), Hint = Enabled.Column("hint"), SuspendedRevision = Enabled.Column("suspended_revision"),
            SuspensionCode = Enabled.Column("suspension_code"), SuspensionMessage = Enabled.Column("suspension_message");
    }
}
