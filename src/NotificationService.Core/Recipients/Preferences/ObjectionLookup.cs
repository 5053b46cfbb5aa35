using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Recipients.Preferences;

/// <summary>
/// Looks up what stands against sending, for whoever accepts. Single sends that come at once share a round trip, those of one tenant a statement; a chunk or a row
/// range has one for all of it. A tenant without suppressed addresses and preferences costs nothing.
/// </summary>
public sealed class ObjectionLookup : IAsyncDisposable
{
    /// <summary>People, or addresses, of one statement.</summary>
    private const int MaxTogether = 2_000;

    private static readonly CoalescerOptions Together = new(Writers: 2, Capacity: 5_000, MaxBatch: 200, Linger: TimeSpan.Zero);
    private static readonly Statement Find = Statement.Load("recipient_preferences_find");

    private readonly Database database;
    private readonly ObjectingTenants tenants;
    private readonly Coalescer<AskedRecipient, Objections> shared;

    public ObjectionLookup(Database database, ObjectingTenants tenants, TimeProvider time)
    {
        (this.database, this.tenants) = (database, tenants);
        shared = new(Together, time, FindAsync);
    }

    /// <summary>Whether anything stands against sending to anybody of the tenant.</summary>
    public ValueTask<bool> HasAnyAsync(TenantId tenant, CancellationToken cancellationToken) => tenants.HasAnyAsync(tenant, cancellationToken);

    /// <summary>Of one recipient.</summary>
    public async ValueTask<Objections> FindAsync(TenantId tenant, StoredRecipient recipient, CancellationToken cancellationToken)
    {
        if (!await tenants.HasAnyAsync(tenant, cancellationToken))
            return Objections.None;
        var asked = new AskedRecipient(tenant, recipient);
        return shared.TryAdd(asked, out var response) ? await response.WaitAsync(cancellationToken) : (await FindAsync([asked], cancellationToken))[0];
    }

    /// <summary>Of many recipients of one tenant, who are named only if the tenant has anything.</summary>
    public async Task<Objections> FindAsync(TenantId tenant, IEnumerable<StoredRecipient> recipients, CancellationToken cancellationToken)
    {
        if (!await tenants.HasAnyAsync(tenant, cancellationToken))
            return Objections.None;
        var found = new Objections();
        var people = new List<AskedPerson>();
        var addresses = new List<AskedAddress>();
        foreach (var recipient in recipients)
        {
            Add(new AskedRecipient(tenant, recipient), found, people, addresses);
            if (people.Count + addresses.Count < MaxTogether)
                continue;
            await ReadAsync(people, addresses, cancellationToken);
            people.Clear();
            addresses.Clear();
        }

        await ReadAsync(people, addresses, cancellationToken);
        return found;
    }

    public ValueTask DisposeAsync() => shared.DisposeAsync();

    private async Task<IReadOnlyList<Objections>> FindAsync(IReadOnlyList<AskedRecipient> asked, CancellationToken cancellationToken)
    {
        var (people, addresses) = (new List<AskedPerson>(asked.Count), new List<AskedAddress>(asked.Count));
        // Each has its own: of two tenants the same address is two.
        var found = asked.GroupBy(one => one.Tenant).ToDictionary(ofTenant => ofTenant.Key, _ => new Objections());
        foreach (var one in asked)
            Add(one, found[one.Tenant], people, addresses);
        await ReadAsync(people, addresses, cancellationToken);
        return [.. asked.Select(one => found[one.Tenant])];
    }

    private static void Add(AskedRecipient asked, Objections into, List<AskedPerson> people, List<AskedAddress> addresses)
    {
        if (asked.Recipient.UserId is { } userId && RecipientFields.Of(RecipientField.UserId).Rule(userId) is null)
            people.Add(new(asked.Tenant, userId, into));
        addresses.AddRange(Objections.AddressesOf(asked.Recipient).Select(address => new AskedAddress(asked.Tenant, (short)address.Channel, address.Address, into)));
    }

    private async Task ReadAsync(List<AskedPerson> people, List<AskedAddress> addresses, CancellationToken cancellationToken)
    {
        if (people.Count + addresses.Count == 0)
            return;
        var into = new Dictionary<TenantId, Objections>();
        foreach (var person in people)
            into[person.Tenant] = person.Into;
        foreach (var address in addresses)
            into[address.Tenant] = address.Into;
        var (wanted, written) = (people.ToLookup(person => person.Tenant), addresses.ToLookup(address => address.Tenant));
        // Nobody who accepts may read of several tenants by one statement: one for each, in one round trip.
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        foreach (var tenant in into.Keys.Order())
        {
            AskedAddress[] ofTenant = [.. written[tenant].DistinctBy(address => (address.Channel, address.Address))];
            batch.Add(
                tenant,
                Find.With(
                    Parameter.Of("tenant", tenant.Value),
                    Parameter.Of<string[]>("user_ids", [.. wanted[tenant].Select(person => person.UserId).Distinct(StringComparer.Ordinal)]),
                    Parameter.Of("channels", Array.ConvertAll(ofTenant, address => address.Channel)),
                    Parameter.Of("addresses", Array.ConvertAll(ofTenant, address => address.Address))));
        }

        await batch.CommitAsync(row => Read(row, into[new TenantId(row.GetGuid(Columns.TenantId))]), cancellationToken);
    }

    private static void Read(NpgsqlDataReader row, Objections into)
    {
        if (row.GetStringOrNull(Columns.Says) is { } says)
            into.Add(row.GetString(Columns.UserId), RecipientPreferencesRow.Read(says));
        else
            into.Add(new SuppressedAddress((Channels.ChannelKind)row.GetInt16(Columns.Channel), row.GetString(Columns.Address), (SuppressionReason)row.GetInt16(Columns.Reason), row.GetStringOrNull(Columns.Code), row.GetString(Columns.Scope)));
    }

    private static class Columns
    {
        public static readonly Column
            TenantId = Find.Column("tenant_id"), UserId = Find.Column("user_id"), Says = Find.Column("says"), Channel = Find.Column("channel"),
            Address = Find.Column("address"), Reason = Find.Column("reason"), Code = Find.Column("code"), Scope = Find.Column("scope");
    }

    private readonly record struct AskedPerson(TenantId Tenant, string UserId, Objections Into);

    private readonly record struct AskedAddress(TenantId Tenant, short Channel, string Address, Objections Into);
}
