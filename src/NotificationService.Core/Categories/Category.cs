using NotificationService.Channels;

namespace NotificationService.Categories;

/// <summary>What some of a tenant's notifications are about, and what holds for all of them.</summary>
/// <param name="Key">What sends name.</param>
/// <param name="Name">What people read.</param>
/// <param name="Names">The same by locale.</param>
/// <param name="Says">What decides whether and until when something is sent.</param>
/// <param name="Digestable">Whether several may be put together.</param>
/// <param name="Throttle">How many of them one person is to get; null for any number.</param>
public sealed record Category(
    Guid Id, string Key, string Name, IReadOnlyDictionary<string, string> Names, CategoryRule Says, bool Digestable, Throttle? Throttle, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>As long as the longest that a template may name.</summary>
    public const int LongestKey = 100;

    public const int LongestName = 200;

    public const int MaxNames = 50;

    public static readonly TimeSpan ShortestExpiry = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestExpiry = TimeSpan.FromDays(366);
}

/// <param name="Max">Of one person, within the window.</param>
public sealed record Throttle(int Max, TimeSpan Window)
{
    public const int Highest = 10_000;

    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);
}

/// <summary>What of a category decides about a delivery.</summary>
/// <param name="Channels">Whether a channel is used where the person says nothing of it; a channel that is not there is.</param>
/// <param name="Critical">It passes what people prefer; not what must not be written to.</param>
/// <param name="Marketing">Who wants no marketing gets none of it.</param>
/// <param name="ExpiresAfter">How long after its time something is still sent, where the send does not say so itself.</param>
public sealed record CategoryRule(IReadOnlyDictionary<ChannelKind, bool> Channels, bool Critical, bool Marketing, TimeSpan? ExpiresAfter)
{
    /// <summary>Of a key that nobody has said anything of.</summary>
    public static CategoryRule Silent { get; } = new(new Dictionary<ChannelKind, bool>(), Critical: false, Marketing: false, ExpiresAfter: null);

    /// <summary>As a statement answers it.</summary>
    internal static CategoryRule Of(string channels, bool critical, bool marketing) => new(CategoryJson.Read(channels), critical, marketing, ExpiresAfter: null);
}

/// <summary>What somebody wants a category to be; null is left as it is, and in a new one as if nobody had said it.</summary>
public sealed record CategoryChange(
    string? Name, IReadOnlyDictionary<string, string>? Names, IReadOnlyDictionary<ChannelKind, bool>? Channels, bool? Critical, bool? Marketing, bool? Digestable, TimeSpan? ExpiresAfter, Throttle? Throttle)
{
    /// <summary>What is null is taken away.</summary>
    public bool IsWhole { get; init; }
}

/// <summary>What came of saving a category.</summary>
public abstract record CategorySaved
{
    private CategorySaved()
    {
    }

    public sealed record Saved(Category Category) : CategorySaved;

    public sealed record KeyTaken : CategorySaved;

    public sealed record LimitReached : CategorySaved;

    public sealed record ChangedMeanwhile : CategorySaved;

    public sealed record NotFound : CategorySaved;
}
