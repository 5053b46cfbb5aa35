using System.Text.Json.Serialization;
using NotificationService.EventRules;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.EventRules;

/// <summary>What becomes of the events of one type.</summary>
public sealed record EventRuleRequest
{
    /// <summary>The events' type in full, such as <c>com.example.order.shipped</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The key of a published template; of one that is published later, if <c>allowMissing</c> is true.</summary>
    public required string Template { get; init; }

    /// <summary>Short for one channel.</summary>
    public string? Channel { get; init; }

    /// <summary>Any of email, sms, push, whatsapp, in_app; those of the template for which the recipient has an address, if it is left out.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>Where in the event the recipient's fields stand: <c>{ "userId": "data.customer.id", "email": "data.customer.email" }</c>.</summary>
    public required IReadOnlyDictionary<string, string> Recipient { get; init; }

    /// <summary>Where the template's variables stand; the event's data as they are, if it is left out.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>The template's category if it is left out.</summary>
    public string? Category { get; init; }

    /// <summary>critical, high, normal (the default) or low.</summary>
    public string? Priority { get; init; }

    /// <summary>Whether it counts; true if it is left out.</summary>
    public bool? Enabled { get; init; }

    /// <summary>
    /// Whether the rule may name a template that is not published yet; false if it is left out, and then an unknown template is 422 <c>template_unknown</c>.
    /// It is asked once, when the rule is saved, and not kept: events that come before the template is published end as dead letters.
    /// </summary>
    public bool? AllowMissing { get; init; }

    internal EventRuleInput ToInput() => new(Type, Template, Channel, Channels, Recipient, Data, Category, Priority, Enabled ?? true) { AllowMissing = AllowMissing ?? false };
}

/// <summary>What becomes of the events of one type.</summary>
/// <param name="Recipient">Path into the event by recipient field.</param>
/// <param name="Data">Path into the event by variable; absent for the event's data as they are.</param>
public sealed record EventRuleResponse(
    Guid Id, string Type, string Template, IReadOnlyList<string>? Channels, IReadOnlyDictionary<string, string> Recipient, IReadOnlyDictionary<string, string>? Data,
    string? Category, string? Priority, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static EventRuleResponse Of(EventRule rule) => new(
        rule.Id, rule.Type, rule.Template, rule.Channels, rule.RecipientPaths, rule.DataPaths, rule.Category, rule.Priority, rule.Enabled, rule.CreatedAt, rule.UpdatedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventRuleRequest))]
[JsonSerializable(typeof(EventRuleResponse))]
[JsonSerializable(typeof(Page<EventRuleResponse>))]
internal sealed partial class EventRulesJson : JsonSerializerContext;
