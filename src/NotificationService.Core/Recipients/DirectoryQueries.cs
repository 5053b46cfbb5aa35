using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Recipients;

/// <summary>Shows people of the directory: one, or a page of them.</summary>
public sealed class DirectoryQueries(Database database, LongLists longLists, TimeProvider time)
{
    private static readonly ListStatement List = new("recipients_list");
    private static readonly Column ListedUser = List.Column("user_id");
    private static readonly Statement Count = Statement.Load("recipients_count");
    private static readonly Column LookedAt = Count.Column("looked_at"), Hits = Count.Column("hits");
    private static readonly Statement Show = Statement.Load("recipients_show");
    private static readonly Statement Suppressed = Statement.Load("suppressions_among");

    private readonly ListStatements statements = new(database);

    public async Task<DirectoryRow?> FindAsync(DirectoryId directory, string userId, CancellationToken cancellationToken) =>
        await ShowAsync(database.App, directory, [userId], cancellationToken) is [var row] ? row : null;

    /// <summary>The newest first.</summary>
    public async Task<PageResult<DirectoryRow>> ListAsync(DirectoryId directory, DirectoryFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var query = filter.Query?.ToLowerInvariant();
        var result = await ListScan.ReadAsync<(Guid Id, string UserId)>(
            page, row => row.Id, isExact: false, filter is { Query: null, Tag: null } ? PageRequest.Reach : PageRequest.ScanLimit,
            step => statements.ReadAsync(
                directory.Tenant, List,
                List.With(
                    Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Before("before_id", step.After), Parameter.Of("max_rows", step.Rows),
                    Parameter.OrNull("query", query), Parameter.OrNull("tag", filter.Tag), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)),
                row => (row.GetGuid(List.Id), row.GetString(ListedUser)), cancellationToken));
        if (page.IsNumbered && result.Total is null)
            result = result.With(await longLists.TotalAsync(directory.Tenant, (nameof(DirectoryRow), directory.Live, filter), CountAsync, cancellationToken), page);
        var shown = (await ShowAsync(database.Lists, directory, [.. result.Items.Select(item => item.UserId)], cancellationToken)).ToDictionary(row => row.Entry.Person.UserId!, StringComparer.Ordinal);
        // Who was removed meanwhile is left out.
        return new PageResult<DirectoryRow>([.. result.Items.Where(item => shown.ContainsKey(item.UserId)).Select(item => shown[item.UserId])], result.HasMore, result.Next, result.Total);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            directory.Tenant,
            Count.With(
                Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("max", PageRequest.Reach + 1),
                Parameter.OrNull("query", query), Parameter.OrNull("tag", filter.Tag)),
            row => ListTotal.Of(looked: row.GetInt64(LookedAt), matching: row.GetInt64(Hits)), token);
    }

    private async Task<IReadOnlyList<DirectoryRow>> ShowAsync(NpgsqlDataSource source, DirectoryId directory, string[] userIds, CancellationToken cancellationToken)
    {
        var rows = new List<ShownPerson>(userIds.Length);
        if (userIds.Length == 0)
            return [];
        await using (var batch = await TenantBatch.OpenAsync(source, cancellationToken))
        {
            batch.Add(directory.Tenant, Show.With(Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("user_ids", userIds)));
            await batch.CommitAsync(row => rows.Add(ShownPerson.Read(row)), cancellationToken);
        }

        var suppressed = await SuppressedAsync(source, directory, [.. rows.SelectMany(row => row.Spellings()).Distinct()], cancellationToken);
        return [.. rows.Select(row => row.Of(suppressed))];
    }

    /// <summary>What test accounts send to is heeded by nobody: of their people nothing is suppressed.</summary>
    private async Task<Dictionary<(ChannelKind, string), (SuppressionReason Reason, DateTimeOffset Since)>> SuppressedAsync(
        NpgsqlDataSource source, DirectoryId directory, (ChannelKind Channel, string Address)[] asked, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(ChannelKind, string), (SuppressionReason Reason, DateTimeOffset Since)>();
        if (asked.Length == 0)
            return found;
        await using var batch = await TenantBatch.OpenAsync(source, cancellationToken);
        batch.Add(directory.Tenant, Suppressed.With(
            Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("now", time.GetUtcNow()),
            Parameter.Of<short[]>("channels", [.. asked.Select(one => (short)one.Channel)]), Parameter.Of<string[]>("addresses", [.. asked.Select(one => one.Address)])));
        await batch.CommitAsync(
            row =>
            {
                // Who has opted out of something is written to of the rest.
                if (row.GetString(OfSuppressed.Scope) != SuppressionScopes.All)
                    return;
                var (key, reason) = (((ChannelKind)row.GetInt16(OfSuppressed.Channel), row.GetString(OfSuppressed.Address)), (SuppressionReason)row.GetInt16(OfSuppressed.Reason));
                if (reason == SuppressionReason.DeadToken || !found.ContainsKey(key))
                    found[key] = (reason, row.GetTime(OfSuppressed.CreatedAt));
            },
            cancellationToken);
        return found;
    }

    private static class OfSuppressed
    {
        public static readonly Column
            Channel = Suppressed.Column("channel"), Address = Suppressed.Column("address"), Reason = Suppressed.Column("reason"), Scope = Suppressed.Column("scope"), CreatedAt = Suppressed.Column("created_at");
    }

    /// <summary>A person before it is known which addresses are suppressed.</summary>
    private sealed record ShownPerson(Guid Id, DirectoryEntry Entry, IReadOnlyList<ShownDevice> Devices, string? Confirmed, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        private static readonly Column
            RowId = Show.Column("id"), UserId = Show.Column("user_id"), Name = Show.Column("name"), Email = Show.Column("email"), Phone = Show.Column("phone"), Whatsapp = Show.Column("whatsapp"),
            Locale = Show.Column("locale"), Timezone = Show.Column("timezone"), Attributes = Show.Column("attributes"), Tags = Show.Column("tags"), Created = Show.Column("created_at"),
            Updated = Show.Column("updated_at"), DevicesJson = Show.Column("devices"), ConfirmedEmail = Show.Column("confirmed_email");

        public static ShownPerson Read(NpgsqlDataReader row) => new(
            row.GetGuid(RowId),
            new DirectoryEntry(
                new StoredRecipient
                {
                    UserId = row.GetString(UserId),
                    Name = row.GetStringOrNull(Name),
                    Email = row.GetStringOrNull(Email),
                    Phone = row.GetStringOrNull(Phone),
                    Whatsapp = row.GetStringOrNull(Whatsapp),
                    Locale = row.GetStringOrNull(Locale),
                    Timezone = row.GetStringOrNull(Timezone),
                },
                row.IsDBNull(Attributes) ? default(ReadOnlyMemory<byte>) : row.GetFieldValue<byte[]>(Attributes),
                row.GetFieldValue<string[]>(Tags)),
            row.IsDBNull(DevicesJson) ? [] : JsonSerializer.Deserialize(row.GetString(DevicesJson), DirectoryJson.Default.IReadOnlyListShownDevice) ?? [],
            row.GetStringOrNull(ConfirmedEmail), row.GetTime(Created), row.GetTime(Updated));

        /// <summary>Every address and token as the list of suppressions spells it.</summary>
        public IEnumerable<(ChannelKind Channel, string Address)> Spellings() =>
            Ways().Select(way => (way.Channel, Suppression.Normalize(way.Channel, way.Address))).Concat(Devices.Select(device => (ChannelKind.Push, device.Token)));

        public DirectoryRow Of(Dictionary<(ChannelKind, string), (SuppressionReason Reason, DateTimeOffset Since)> suppressed) => new(
            Id, Entry,
            [.. Ways().Select(way => new DirectoryAddress(
                way.Channel, way.Address, way.Channel == ChannelKind.Email && Confirmed is not null && string.Equals(way.Address, Confirmed, StringComparison.OrdinalIgnoreCase),
                suppressed.ContainsKey((way.Channel, Suppression.Normalize(way.Channel, way.Address)))))],
            [.. Devices.Select(device => new DirectoryDevice(
                device.Id, (DeviceKind)device.Kind, device.LastSeenAt, suppressed.TryGetValue((ChannelKind.Push, device.Token), out var gone) && gone.Reason == SuppressionReason.DeadToken ? gone.Since : null))],
            CreatedAt, UpdatedAt);

        /// <summary>The addresses that channels write to, devices and the inbox apart.</summary>
        private IEnumerable<(ChannelKind Channel, string Address)> Ways() => ChannelTable.All
            .Where(row => row.Suppression is not null && row.Kind != ChannelKind.Push)
            .SelectMany(row => RecipientFields.FirstOf(Entry.Person, row.Addresses).Select(address => (row.Kind, address)));
    }
}

/// <summary>Which of them; null is any.</summary>
/// <param name="Query">Stands in the id, name or an address, in letters of either size.</param>
/// <param name="Tag">One of the tags.</param>
public sealed record DirectoryFilter(string? Query, string? Tag);
