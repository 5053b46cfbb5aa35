using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.BulkJobs.Csv;

/// <summary>How people name the columns that are no template variables.</summary>
public static class HeaderNames
{
    internal const string Reference = "reference";

    private static readonly IReadOnlyList<(string Field, IReadOnlyList<string> Synonyms)> Fields =
        [.. RecipientFields.All.Select(row => (row.Name, row.Headers)), (Reference, ["ref", "client reference"])];

    private static readonly string[] OfTheOnlyChannel = ["to", "recipient", "address"];

    private static readonly Dictionary<string, (string Field, bool IsSynonym)> Known = Fields
        .SelectMany(field => field.Synonyms.Select(name => (Name: Plain(name), field.Field, IsSynonym: true))
            .Append((Name: Plain(field.Field), field.Field, IsSynonym: false)))
        .ToDictionary(entry => entry.Name, entry => (entry.Field, entry.IsSynonym), StringComparer.Ordinal);

    /// <summary>What a column can be besides a variable of the template, as a mapping names it.</summary>
    public static IReadOnlyList<string> Targets { get; } = [.. RecipientFields.All.Select(row => $"recipient.{row.Name}"), Reference];

    internal static IEnumerable<string> All => Fields.Select(entry => entry.Field);

    /// <summary>Case, spaces, _ and - make no difference.</summary>
    internal static string Plain(string name) =>
        string.Concat(name.Where(character => character is not ('_' or '-') && !char.IsWhiteSpace(character))).ToLowerInvariant();

    /// <summary>The field that a plain name means, and whether it is only another word for it; null if it means none.</summary>
    internal static (string Field, bool IsSynonym)? Find(string plain, IReadOnlyList<ChannelKind> channels)
    {
        if (Known.TryGetValue(plain.StartsWith("recipient.", StringComparison.Ordinal) ? plain["recipient.".Length..] : plain, out var found))
            return found;
        return channels.Count == 1 && OfTheOnlyChannel.Contains(plain) ? (Addresses(channels[0])[0], true) : null;
    }

    /// <summary>Any one of them will do.</summary>
    internal static IReadOnlyList<string> Addresses(ChannelKind channel) => RecipientFields.NamesOf(ChannelTable.Of(channel).Addresses);
}
