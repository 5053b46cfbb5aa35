using NotificationService.Recipients;

namespace NotificationService.Channels;

/// <summary>Makes a channel's message.</summary>
/// <param name="addresses">Of one field of the recipient; at least one.</param>
/// <param name="name">The recipient's name, where it is known.</param>
/// <param name="content">In the parts that the channel has.</param>
public delegate ChannelMessage MessageFactory(IReadOnlyList<string> addresses, string? name, RenderedContent content);

/// <summary>A part of the content that a request gives in place of a template, as one channel takes it.</summary>
public sealed record InlinePart(ContentPart Part)
{
    /// <summary>Where it is taken from: the first of these that is given.</summary>
    public IReadOnlyList<ContentPart> From { get; init; } = [Part];

    /// <summary>Null where it may be left out.</summary>
    public PartNeed? Need { get; init; }

    /// <summary>Null for the bound of all parts.</summary>
    public PartLimit? Limit { get; init; }
}

/// <summary>One of several parts is needed.</summary>
/// <param name="AnyOf">Any of them is enough.</param>
/// <param name="Missing">Said where none is given.</param>
public sealed record PartNeed(IReadOnlyList<ContentPart> AnyOf, string Missing);

/// <summary>How long a part may be.</summary>
/// <param name="Max">Characters.</param>
/// <param name="TooLong">Said beyond them.</param>
public sealed record PartLimit(int Max, string TooLong);

/// <summary>A field of a template's content.</summary>
public sealed record TemplateField(ContentPart Part, PartKind Kind)
{
    public bool IsRequired { get; init; }

    /// <summary>One of several fields is needed, of which this is the last to be read.</summary>
    public PartNeed? Need { get; init; }
}

/// <summary>What a channel does not take although all of it could be rendered: said before anything is sent, as every vendor would say it after.</summary>
/// <param name="AnyOf">One of them at least is not blank.</param>
/// <param name="Empty">Said where all are.</param>
public sealed record RenderedRule(IReadOnlyList<ContentPart> AnyOf, string Empty)
{
    /// <summary>Characters of the text.</summary>
    public int? MaxText { get; init; }

    /// <summary>What has too long a text.</summary>
    public string Noun { get; init; } = "a message";
}

/// <summary>What follows a call of which nobody knows whether the message went out.</summary>
public abstract record AmbiguityRule
{
    private AmbiguityRule()
    {
    }

    /// <summary>Handed over once more: the receiving side holds a delivery once however often it comes, so that a lost worker is no reason to give one up.</summary>
    public sealed record HandOverAgain : AmbiguityRule;

    /// <summary>Sent once more and flagged, unless its priority is low.</summary>
    /// <param name="After">A provider's receipt within this time settles it without a second message.</param>
    public sealed record ResendOnce(TimeSpan After) : AmbiguityRule;
}

/// <summary>How a channel's addresses are suppressed.</summary>
/// <param name="WhenDead">The reason for one that turned out not to exist.</param>
public sealed record SuppressionRule(SuppressionReason WhenDead)
{
    /// <summary>One spelling for each address: without it a list would be passed by writing it differently.</summary>
    public Func<string, string> Spelling { get; init; } = static address => address;
}
