namespace NotificationService.Channels;

/// <summary>Who it is that reports, by the id in the address it reports to.</summary>
public abstract record FoundProvider
{
    private FoundProvider()
    {
    }

    public sealed record Known(OpenedProvider Provider) : FoundProvider;

    /// <summary>There is no such provider.</summary>
    public sealed record None : FoundProvider;

    /// <summary>Too many ask for ids that nobody has seen before: ask again.</summary>
    public sealed record Busy : FoundProvider;
}
