namespace NotificationService.Notifications;

/// <summary>
/// How long the items of one call may be checked in all. One item costs what its template makes of its data, up to what one render may take: ten thousand of
/// them would hold a permit, and a core, for 40 minutes. Waiting for the database counts too, because the permit is held meanwhile. For one call, which
/// checks one item after the other.
/// </summary>
public sealed class CheckBudget(TimeProvider time)
{
    public const string Code = "check_time_exceeded";

    /// <summary>Less than a call waits for a permit, so that whoever waits behind costly calls gets one. Ten thousand ordinary items take a small part of it.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(4);

    /// <summary>What one item is charged at most: a machine that stands still for seconds does not cost an honest call its budget.</summary>
    private static readonly TimeSpan MaxOfItem = NotificationPreparer.LongestCheck + TimeSpan.FromMilliseconds(50);

    private TimeSpan spent;
    private long began;

    /// <summary>What is said of an item that was not looked at any more.</summary>
    public static RequestIssue Issue { get; } = new(
        "", Code, $"The items of one call may take {Max.TotalSeconds:0} s to check, and those before this one took them. Send this one in another call, and fewer at once where templates go over much data.");

    /// <summary>No more items are looked at.</summary>
    public bool IsSpent => spent >= Max;

    /// <summary>An item is looked at from now on.</summary>
    public void Begin() => began = time.GetTimestamp();

    /// <summary>The item was looked at.</summary>
    public void End()
    {
        var took = time.GetElapsedTime(began);
        spent += took < MaxOfItem ? took : MaxOfItem;
    }
}
