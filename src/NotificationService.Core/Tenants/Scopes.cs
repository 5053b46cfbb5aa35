using System.Collections.Frozen;

namespace NotificationService.Tenants;

/// <summary>What a service account may be allowed to do.</summary>
public static class Scopes
{
    public const string Send = "notifications:send";
    public const string Read = "notifications:read";
    public const string WriteRecipients = "recipients:write";
    public const string PublishEvents = "events:publish";
    public const string Admin = "admin";

    /// <summary>Every scope, in the order in which answers list them.</summary>
    public static IReadOnlyList<string> All { get; } = [Send, Read, WriteRecipients, PublishEvents, Admin];

    public static IReadOnlySet<string> Of(IEnumerable<string> scopes) => scopes.ToFrozenSet(StringComparer.Ordinal);
}
