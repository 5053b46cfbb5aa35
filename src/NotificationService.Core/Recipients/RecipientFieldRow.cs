using NotificationService.Channels;

namespace NotificationService.Recipients;

/// <summary>
/// All that the service knows of one field of a recipient. Requests, CSV files, event rules, the user service, checks and completion read it; none of them
/// names a field.
/// </summary>
public abstract record RecipientFieldRow
{
    private RecipientFieldRow()
    {
    }

    public required RecipientField Field { get; init; }

    /// <summary>As the API, CSV mappings, event rules and the user service spell it.</summary>
    public required string Name { get; init; }

    /// <summary>Other words for it in the header of a CSV file. Case, spaces, _ and - make no difference.</summary>
    public required IReadOnlyList<string> Headers { get; init; }

    /// <summary>What is wrong with a value of it; null for nothing.</summary>
    public required Func<string, AddressIssue?> Rule { get; init; }

    /// <summary>Some channel reaches people by it.</summary>
    public bool IsAddress { get; init; }

    /// <summary>The user service may say it where the request does not.</summary>
    public bool IsCompleted { get; init; } = true;

    /// <summary>Not completed where the request gives this other field.</summary>
    public RecipientField? NotCompletedBeside { get; init; }

    /// <summary>The user service is asked whenever it is left out, whatever the channels are.</summary>
    public bool IsAlwaysWanted { get; init; }

    /// <summary>The JSON Pointer into a request.</summary>
    public string Pointer => field ??= $"/recipient/{Name}";

    /// <summary>What a column of a CSV file is mapped to.</summary>
    public string Column => field ??= $"recipient.{Name}";

    /// <summary>It was given, if only as an empty list.</summary>
    public abstract bool IsGiven(StoredRecipient recipient);

    /// <summary>It has a value: somebody can be reached by it.</summary>
    public abstract bool HasValue(StoredRecipient recipient);

    /// <summary>Its values; none where it is left out.</summary>
    public abstract IReadOnlyList<string> Values(StoredRecipient recipient);

    /// <summary>The recipient with this field as a source has it.</summary>
    internal abstract StoredRecipient Read(StoredRecipient into, Func<Text, string?> text, Func<Texts, IReadOnlyList<string>?> texts);

    /// <summary>The recipient with what is known of this field. What is not what it should be counts as not known: whoever sends cannot correct it.</summary>
    internal abstract StoredRecipient Complete(StoredRecipient into, StoredRecipient known);

    /// <summary>The recipient with this field in its one spelling.</summary>
    internal abstract StoredRecipient Respell(StoredRecipient recipient);

    /// <summary>About as much memory as it takes.</summary>
    internal abstract int Bytes(StoredRecipient recipient);

    /// <summary>One text.</summary>
    public sealed record Text : RecipientFieldRow
    {
        public required Func<StoredRecipient, string?> Get { get; init; }

        public required Func<StoredRecipient, string, StoredRecipient> With { get; init; }

        /// <summary>One spelling for each value, so that whoever compares it later finds it. Null where it has only one.</summary>
        public Func<string, string>? Spelling { get; init; }

        /// <summary>A template may say it: <c>{{recipient.name}}</c>.</summary>
        public bool IsInTemplates { get; init; }

        /// <summary>An event may have a number here.</summary>
        public bool MayBeNumber { get; init; }

        public override bool IsGiven(StoredRecipient recipient) => Get(recipient) is not null;

        public override bool HasValue(StoredRecipient recipient) => Get(recipient) is not null;

        public override IReadOnlyList<string> Values(StoredRecipient recipient) => Get(recipient) is { } value ? [value] : [];

        internal override StoredRecipient Read(StoredRecipient into, Func<Text, string?> text, Func<Texts, IReadOnlyList<string>?> texts) =>
            text(this) is { } value ? With(into, value) : into;

        internal override StoredRecipient Complete(StoredRecipient into, StoredRecipient known) =>
            Get(known) is { } value && Rule(value) is null ? With(into, Spelling?.Invoke(value) ?? value) : into;

        internal override StoredRecipient Respell(StoredRecipient recipient) =>
            Spelling is not null && Get(recipient) is { } value && Spelling(value) is var one && one != value ? With(recipient, one) : recipient;

        internal override int Bytes(StoredRecipient recipient) => Get(recipient) is { } value ? 2 * (value.Length + 12) : 0;
    }

    /// <summary>Several texts, to each of which the rule applies.</summary>
    public sealed record Texts : RecipientFieldRow
    {
        public required Func<StoredRecipient, IReadOnlyList<string>?> Get { get; init; }

        public required Func<StoredRecipient, IReadOnlyList<string>, StoredRecipient> With { get; init; }

        public required int Max { get; init; }

        /// <summary>Said where there are more than <see cref="Max"/>.</summary>
        public required string TooMany { get; init; }

        public override bool IsGiven(StoredRecipient recipient) => Get(recipient) is not null;

        public override bool HasValue(StoredRecipient recipient) => Get(recipient) is { Count: > 0 };

        public override IReadOnlyList<string> Values(StoredRecipient recipient) => Get(recipient) ?? [];

        internal override StoredRecipient Read(StoredRecipient into, Func<Text, string?> text, Func<Texts, IReadOnlyList<string>?> texts) =>
            texts(this) is { } values ? With(into, values) : into;

        internal override StoredRecipient Complete(StoredRecipient into, StoredRecipient known) =>
            Get(known) is { } values ? With(into, [.. values.Where(value => Rule(value) is null).Take(Max)]) : into;

        internal override StoredRecipient Respell(StoredRecipient recipient) => recipient;

        internal override int Bytes(StoredRecipient recipient) => Get(recipient)?.Sum(value => 40 + (2 * value.Length)) ?? 0;
    }
}
