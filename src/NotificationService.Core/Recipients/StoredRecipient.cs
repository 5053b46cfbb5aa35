using NotificationService.Templates;

namespace NotificationService.Recipients;

/// <summary>
/// A recipient: as a request names one, as a row keeps one, and as the user service knows one. The property names are those of the request, and each but the last
/// has its row in <see cref="RecipientFields"/>.
/// </summary>
public sealed record StoredRecipient
{
    public string? UserId { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Whatsapp { get; init; }

    public IReadOnlyList<string>? DeviceTokens { get; init; }

    public string? Locale { get; init; }

    public string? Timezone { get; init; }

    /// <summary>Which fields the request left out and who supplied them, by their names; null where it was supplied with nothing.</summary>
    public IReadOnlyDictionary<string, string>? SuppliedBy { get; init; }

    /// <summary>What a template may know of it. A method, because properties are stored.</summary>
    public RecipientModel ForTemplates() => RecipientFields.ForTemplates(this);

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a recipient";
}
