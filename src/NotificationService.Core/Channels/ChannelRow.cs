using NotificationService.Recipients;

namespace NotificationService.Channels;

/// <summary>
/// All that the service knows of one channel. Every column is required: who adds a channel is asked for each by the compiler. Planning, checks, rendering,
/// composing, retries, suppression and CSV read the row; none of them names a channel.
/// </summary>
public sealed record ChannelRow
{
    public required ChannelKind Kind { get; init; }

    /// <summary>As the API, templates and SQL spell it.</summary>
    public required string Name { get; init; }

    /// <summary>The fields of a recipient by which it is reached: the first that is given counts. Their rules, CSV headers and the rest stand in <see cref="RecipientFields"/>.</summary>
    public required IReadOnlyList<RecipientField> Addresses { get; init; }

    /// <summary>What it takes of content that a request gives in place of a template.</summary>
    public required IReadOnlyList<InlinePart> Inline { get; init; }

    /// <summary>What a template's content has, in the order in which it is read.</summary>
    public required IReadOnlyList<TemplateField> Template { get; init; }

    /// <summary>A template's content may name a template that the vendor approved, in place of the texts.</summary>
    public required bool TakesApprovedTemplates { get; init; }

    /// <summary>What is looked at once a template was rendered; null for nothing.</summary>
    public required RenderedRule? Rendered { get; init; }

    /// <summary>Its text is billed by the segment.</summary>
    public required bool IsBilledBySegment { get; init; }

    /// <summary>How much its vendors take of texts and data together; null where each text has its own limit.</summary>
    public required int? PayloadBytes { get; init; }

    /// <summary>Makes the message of rendered content.</summary>
    public required MessageFactory Message { get; init; }

    /// <summary>The waits between one call and the next. After the last the delivery is exhausted.</summary>
    public required IReadOnlyList<TimeSpan> RetrySteps { get; init; }

    /// <summary>What follows a call of which nobody knows whether the message went out.</summary>
    public required AmbiguityRule Ambiguity { get; init; }

    /// <summary>How its addresses are suppressed; null where none ever is.</summary>
    public required SuppressionRule? Suppression { get; init; }

    /// <summary>Some vendor of it cannot echo our id and reports by its own: the index <c>attempts_message</c> has its attempts, and receipts are looked up in it.</summary>
    public required bool IsReportedByVendorsId { get; init; }

    /// <summary>The provider's type that every tenant has without configuring one; null where a vendor is needed.</summary>
    public required string? BuiltInProvider { get; init; }
}
