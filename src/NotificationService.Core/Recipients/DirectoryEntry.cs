using NotificationService.Channels;

namespace NotificationService.Recipients;

/// <summary>A person of a tenant's directory, as somebody wants it kept: what is left out is gone.</summary>
/// <param name="Person">How the person is reached. No device tokens: devices are noted by themselves.</param>
/// <param name="Attributes">A JSON object in UTF-8 of the tenant's own, or empty.</param>
/// <param name="Tags">Each once.</param>
public sealed record DirectoryEntry(StoredRecipient Person, ReadOnlyMemory<byte> Attributes, IReadOnlyList<string> Tags)
{
    public const int MaxTags = 50;
    public const int LongestTag = 64;
    public const int MaxAttributeBytes = 8 * 1024;

    /// <summary>People of one call.</summary>
    public const int MaxTogether = 10_000;

    /// <summary>Null for 1 to 64 letters, digits and <c>. _ : / @ + -</c>, a letter or digit first.</summary>
    public static AddressIssue? CheckTag(string? tag) =>
        tag is { Length: > 0 and <= LongestTag } && char.IsLetterOrDigit(tag[0]) && tag.All(static c => char.IsLetterOrDigit(c) || ". _:/@+-".Contains(c, StringComparison.Ordinal))
            ? null
            : new AddressIssue("tag_invalid", $"A tag has 1 to {LongestTag} letters, digits, blanks and . _ : / @ + -, and begins with a letter or digit.");

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a person of the directory";
}

/// <summary>A person as the directory has one.</summary>
/// <param name="Id">Its place in the list.</param>
public sealed record DirectoryRow(Guid Id, DirectoryEntry Entry, IReadOnlyList<DirectoryAddress> Addresses, IReadOnlyList<DirectoryDevice> Devices, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public override string ToString() => $"recipient {Id}";
}

/// <summary>One way to reach a person.</summary>
/// <param name="Verified">The person's own sign-in has confirmed it.</param>
/// <param name="Suppressed">It is not written to.</param>
public sealed record DirectoryAddress(ChannelKind Channel, string Address, bool Verified, bool Suppressed)
{
    public override string ToString() => $"an address for {Channel}";
}

/// <summary>A device of a person.</summary>
/// <param name="LastSeenAt">When it was noted last.</param>
/// <param name="GoneAt">When its provider said that the app was removed; nothing is sent to it since. Null while it is there.</param>
public sealed record DirectoryDevice(Guid Id, DeviceKind Kind, DateTimeOffset LastSeenAt, DateTimeOffset? GoneAt);

/// <summary>What carries pushes to a device. Stored as a smallint: never renumber.</summary>
public enum DeviceKind : short
{
    Fcm = 1,
}

/// <summary>Whose directory: a tenant's mode has people of its own.</summary>
public readonly record struct DirectoryId(Tenants.TenantId Tenant, bool Live);
