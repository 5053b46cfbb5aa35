using System.Collections.Frozen;
using NotificationService.Storage;

namespace NotificationService.Channels;

/// <summary>The closed set of channels; <see cref="ChannelTable"/> has a row for each. The value is stored as a smallint and is the last four bits of a delivery's id: never renumber.</summary>
[SqlName("channel")]
public enum ChannelKind : short
{
    Email = 1,
    Sms = 2,
    Push = 3,
    WhatsApp = 4,
    InApp = 5,
}

/// <summary>The channels' names, as the table has them.</summary>
public static class ChannelKinds
{
    private static readonly FrozenDictionary<string, ChannelKind> ByName = ChannelTable.All.ToFrozenDictionary(row => row.Name, row => row.Kind, StringComparer.Ordinal);

    public static IReadOnlyList<ChannelKind> All { get; } = [.. ChannelTable.All.Select(row => row.Kind)];

    /// <summary>The names in the order of <see cref="All"/>, for messages that list what is allowed.</summary>
    public static string Names { get; } = string.Join(", ", ChannelTable.All.Select(row => row.Name));

    public static string ToName(this ChannelKind channel) => ChannelTable.Of(channel).Name;

    public static bool TryParse(string? name, out ChannelKind channel)
    {
        channel = default;
        return name is not null && ByName.TryGetValue(name, out channel);
    }
}
