using System.Text.Json.Serialization;
using NotificationService.Categories;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Deliveries;

/// <summary>What rendering and sending need of an accepted notification.</summary>
/// <param name="Data">The template's variables as UTF-8 JSON, or empty.</param>
public sealed record StoredNotification(
    NotificationId Id,
    bool Live,
    Guid? TemplateId,
    int? TemplateVersion,
    string? Category,
    StoredRecipient Recipient,
    byte[] Data,
    InlineContent? Content,
    string? TraceParent,
    DateTimeOffset CreatedAt)
{
    /// <summary>Those of the recipient's addresses that must not be written to.</summary>
    public IReadOnlyList<SuppressedAddress> Suppressed { get; init; } = [];

    /// <summary>What the recipient wants; null for one who has never said anything.</summary>
    public PersonPreferences? Preferences { get; init; }

    /// <summary>What its category says.</summary>
    public CategoryRule CategorySays { get; init; } = CategoryRule.Silent;

    /// <summary>One channel after the other; null for all of them at once.</summary>
    public FallbackRule? Fallback { get; init; }

    /// <summary>When it was asked to be sent; null for at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>What the caller keeps with it: JSON, or null.</summary>
    public string? Metadata { get; init; }

    /// <summary>The topic by which it reaches the recipient; null where it was sent to a person.</summary>
    public string? Topic { get; init; }

    /// <summary>The time that its texts are about, the same whenever and on whatever channel it is rendered.</summary>
    public DateTimeOffset MadeFor => SendAt ?? CreatedAt;

    /// <summary>The batch that it belongs to was cancelled.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>The batch that it belongs to is held for now.</summary>
    public bool IsHeld { get; init; }
}

/// <summary>Content given in place of a template.</summary>
public sealed record InlineContent(
    string? Subject = null, string? Html = null, string? Text = null, string? Title = null, string? Body = null, string? ActionUrl = null)
{
    /// <summary>Of all its texts. A method, because properties are stored.</summary>
    public int Characters() =>
        (Subject?.Length ?? 0) + (Html?.Length ?? 0) + (Text?.Length ?? 0) + (Title?.Length ?? 0) + (Body?.Length ?? 0) + (ActionUrl?.Length ?? 0);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredRecipient))]
[JsonSerializable(typeof(InlineContent))]
public sealed partial class StoredJson : JsonSerializerContext;
