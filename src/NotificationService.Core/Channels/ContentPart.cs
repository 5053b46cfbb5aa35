using System.Collections.Frozen;
using System.Text.Json;

namespace NotificationService.Channels;

/// <summary>The closed set of what a message may consist of. Each channel's row says which of them it has.</summary>
public enum ContentPart
{
    Subject,
    Html,
    Text,
    Title,
    Body,
    ActionUrl,
    ImageUrl,
    CollapseKey,

    /// <summary>What an app is given besides what it shows: texts by name.</summary>
    Data,

    /// <summary>An inbox item's buttons: JSON.</summary>
    Actions,
}

/// <summary>How a part is written: escaped for HTML, on one line for headers and titles, or as it comes.</summary>
public enum PartKind
{
    Html,
    Line,
    Text,
}

public static class ContentParts
{
    private static readonly FrozenDictionary<ContentPart, string> Names = Enum.GetValues<ContentPart>().ToFrozenDictionary(part => part, part => JsonNamingPolicy.CamelCase.ConvertName(part.ToString()));

    /// <summary>As requests and templates spell it.</summary>
    public static string ToName(this ContentPart part) => Names[part];
}
