using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Recipients.Preferences;

/// <summary>What stands against sending to some people of one tenant, as of one moment: suppressed addresses, and what they want.</summary>
public sealed class Objections
{
    public static Objections None { get; } = new();

    private readonly Dictionary<string, PersonPreferences> people = new(StringComparer.Ordinal);
    private readonly Dictionary<(ChannelKind, string), List<SuppressedAddress>> suppressed = [];

    /// <summary>What a person wants; null for one who has never said anything, and for nobody.</summary>
    public PersonPreferences? Of(string? userId) => userId is null ? null : people.GetValueOrDefault(userId);

    /// <summary>Those of a recipient's addresses that must not be written to; of an address by its reasons and scopes in their order, as <c>notifications_load.sql</c> has them.</summary>
    public IReadOnlyList<SuppressedAddress> Of(StoredRecipient recipient)
    {
        if (suppressed.Count == 0)
            return [];
        var found = new List<SuppressedAddress>();
        foreach (var address in AddressesOf(recipient))
        {
            if (suppressed.TryGetValue(address, out var rows))
                found.AddRange(rows.OrderBy(row => row.Reason).ThenBy(row => row.Scope, StringComparer.Ordinal));
        }

        return found;
    }

    internal void Add(string userId, PersonPreferences says) => people[userId] = says;

    internal void Add(SuppressedAddress row)
    {
        if (!suppressed.TryGetValue((row.Channel, row.Address), out var rows))
            suppressed.Add((row.Channel, row.Address), rows = []);
        if (!rows.Contains(row))
            rows.Add(row);
    }

    /// <summary>Every address by which a channel would reach the recipient, as suppressions spell it. What is no address is none.</summary>
    internal static IEnumerable<(ChannelKind Channel, string Address)> AddressesOf(StoredRecipient recipient)
    {
        foreach (var row in ChannelTable.All)
        {
            if (row.Suppression is null)
                continue;
            foreach (var field in row.Addresses)
            {
                if (!RecipientFields.Of(field).HasValue(recipient))
                    continue;
                foreach (var address in RecipientFields.Of(field).Values(recipient))
                {
                    if (address is not null && RecipientFields.Of(field).Rule(address) is null)
                        yield return (row.Kind, Suppression.Normalize(row.Kind, address));
                }

                break;
            }
        }
    }
}

/// <summary>A recipient that is asked about.</summary>
internal sealed record AskedRecipient(TenantId Tenant, StoredRecipient Recipient)
{
    public override string ToString() => "a recipient";
}
