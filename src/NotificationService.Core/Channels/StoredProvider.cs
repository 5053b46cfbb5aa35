namespace NotificationService.Channels;

/// <summary>A provider as read from the database, its credentials opened.</summary>
public sealed record StoredProvider(ProviderRow Row, OpenedProvider Opened);

/// <summary>Whether a stored provider's credentials could be opened.</summary>
public abstract record OpenedProvider
{
    private OpenedProvider()
    {
    }

    public sealed record Usable(ProviderConfiguration Configuration) : OpenedProvider;

    public sealed record Unusable(string Reason) : OpenedProvider;
}
