namespace NotificationService.Queueing;

/// <summary>When a <see cref="ClaimLoop"/> has its next turn.</summary>
public abstract record NextTurn
{
    /// <summary>There may be more.</summary>
    public static readonly NextTurn AtOnce = new After(TimeSpan.Zero);

    private NextTurn()
    {
    }

    /// <summary>Then, signal or not: what a burst brings is taken together.</summary>
    public sealed record After(TimeSpan Pause) : NextTurn;

    /// <summary>There was nothing: with the next signal, at the latest after the poll.</summary>
    public sealed record OnSignal(TimeSpan Poll) : NextTurn;

    /// <summary>The loop ends.</summary>
    public sealed record Never : NextTurn;
}
