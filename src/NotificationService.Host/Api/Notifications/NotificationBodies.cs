using System.Text.Json.Serialization;
using NotificationService.Host.Api.Topics;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Recipients;

namespace NotificationService.Host.Api.Notifications;

/// <summary>What a notification may say besides whom it is for. In a batch it may stand once for all.</summary>
public abstract record NotificationFields
{
    /// <summary>The key of a published template. Give either this or <c>content</c>.</summary>
    public string? Template { get; init; }

    /// <summary>Short for one channel.</summary>
    public string? Channel { get; init; }

    /// <summary>Any of email, sms, push, whatsapp, in_app; those of the template for which the recipient has an address, if it is left out.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>
    /// <c>all</c> (the default): every channel at once. <c>fallback</c>: one after the other in the order of <c>channels</c>, of which there are at least
    /// two; the next one is tried when one fails, bounces, is suppressed or expires, or has not been delivered or read within <c>fallbackAfter</c>. When one
    /// is delivered or read, those that still wait are cancelled (<c>not_needed</c>).
    /// </summary>
    public string? Strategy { get; init; }

    /// <summary>Only with <c>fallback</c>: how many seconds each channel has, 10 to 259200 (72 hours). Without it a channel has its time until it fails.</summary>
    public int? FallbackAfter { get; init; }

    /// <summary>The template's variables. A variable that it needs and this lacks is refused by name.</summary>
    public RawJson? Data { get; init; }

    /// <summary>What to say without a template.</summary>
    public ContentBody? Content { get; init; }

    /// <summary>The template's category if it is left out.</summary>
    public string? Category { get; init; }

    /// <summary>critical, high, normal (the default) or low.</summary>
    public string? Priority { get; init; }

    /// <summary>When to send: a time of RFC 3339, at most 366 days ahead. At once if it is left out.</summary>
    public string? SendAt { get; init; }

    /// <summary>After this time it is not sent any more.</summary>
    public string? ExpiresAt { get; init; }

    /// <summary>Anything the caller wants to find again.</summary>
    public RawJson? Metadata { get; init; }

    /// <param name="shared">What stands once for several; what this one says itself comes first.</param>
    internal NotificationRequest ToRequest(RecipientBody? recipient, string? reference, NotificationFields? shared = null)
    {
        // Two fields that say the same thing go together: whoever names a template does not want somebody else's content.
        var (saying, reaching, chaining) = (Template is null && Content is null ? shared ?? this : this, Channel is null && Channels is null ? shared ?? this : this, Strategy is null ? shared ?? this : this);
        return new()
        {
            Template = saying.Template,
            Channel = reaching.Channel,
            Channels = reaching.Channels,
            Strategy = chaining.Strategy,
            FallbackAfter = FallbackAfter ?? chaining.FallbackAfter,
            Recipient = recipient?.ToRecipient(),
            Data = (Data ?? shared?.Data)?.Utf8 ?? default,
            Content = saying.Content?.ToContent(),
            Category = Category ?? shared?.Category,
            Priority = Priority ?? shared?.Priority,
            SendAt = SendAt ?? shared?.SendAt,
            ExpiresAt = ExpiresAt ?? shared?.ExpiresAt,
            Reference = reference,
            Metadata = (Metadata ?? shared?.Metadata)?.Utf8 ?? default,
        };
    }
}

/// <summary>What one recipient is to be sent.</summary>
public sealed record SendNotificationRequest : NotificationFields
{
    /// <summary>Whom to notify. Give either this or <c>to</c>.</summary>
    public RecipientBody? Recipient { get; init; }

    /// <summary>The topics whose subscribers are notified.</summary>
    public SendToBody? To { get; init; }

    /// <summary>The caller's own id, given back in answers, lists and webhooks. Need not be unique.</summary>
    public string? Reference { get; init; }

    internal NotificationRequest ToRequest() => ToRequest(Recipient, Reference);
}

/// <summary>An audience.</summary>
public sealed record SendToBody
{
    /// <summary>The key of a topic, or 1 to 20 of them. Subscribers of topics below them are reached too, each person once.</summary>
    [JsonConverter(typeof(TopicKeysConverter))]
    public IReadOnlyList<string?>? Topic { get; init; }
}

/// <summary>Whom to notify. Each channel needs its own field: email, phone (sms), whatsapp or phone, deviceTokens (push), userId (in_app).</summary>
public sealed record RecipientBody
{
    /// <summary>The caller's own id of the person, at most 128 characters.</summary>
    public string? UserId { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    /// <summary>E.164, such as +14155550100.</summary>
    public string? Phone { get; init; }

    /// <summary>E.164; <c>phone</c> if it is left out.</summary>
    public string? Whatsapp { get; init; }

    /// <summary>At most 100, each at most 4,096 visible ASCII characters. A push to several of them is one delivery, whose <c>devices</c> say what became of each.</summary>
    public IReadOnlyList<string>? DeviceTokens { get; init; }

    /// <summary>Such as fr-CA; falls back to fr, then en.</summary>
    public string? Locale { get; init; }

    /// <summary>Of the IANA list, such as America/Toronto.</summary>
    public string? Timezone { get; init; }

    internal StoredRecipient ToRecipient() => new()
    {
        UserId = UserId,
        Name = Name,
        Email = Email,
        Phone = Phone,
        Whatsapp = Whatsapp,
        DeviceTokens = DeviceTokens,
        Locale = Locale,
        Timezone = Timezone,
    };
}

/// <summary>What to say without a template; each channel takes the fields that it needs.</summary>
public sealed record ContentBody
{
    public string? Subject { get; init; }

    public string? Html { get; init; }

    public string? Text { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    public string? ActionUrl { get; init; }

    internal Deliveries.InlineContent ToContent() => new(Subject, Html, Text, Title, Body, ActionUrl);
}

/// <summary>The body of a call that takes none: it may be left out, or be {}.</summary>
public sealed record CommandRequest;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SendNotificationRequest))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(NotificationResponse))]
[JsonSerializable(typeof(Page<NotificationSummary>))]
[JsonSerializable(typeof(TimelineResponse))]
[JsonSerializable(typeof(DryRunResponse))]
[JsonSerializable(typeof(ExplanationResponse))]
internal sealed partial class NotificationsJson : JsonSerializerContext;
