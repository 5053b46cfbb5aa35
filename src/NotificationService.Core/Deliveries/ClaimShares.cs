namespace NotificationService.Deliveries;

/// <summary>
/// How a claim is divided among the priority classes. What is critical goes first and may take all but a sixteenth; the
/// others share the rest 70 : 25 : 5 as long as they have work, and none is ever left without a share.
/// A class that had nothing the last time gets a probe, so that the busy ones may have the rest. One loop's own; not shared.
/// </summary>
public sealed class ClaimShares
{
    private static readonly int[] Weights = [0, 70, 25, 5];

    private readonly bool[] busy = [false, true, true, true];

    /// <summary>The most rows of each class, in the order of <see cref="Priority"/>; each at least 1.</summary>
    public int[] Of(int rows)
    {
        var critical = Math.Max(1, rows - rows / 16);
        var weights = Weights.Select((weight, index) => busy[index] ? weight : 0).ToArray();
        var total = Math.Max(1, weights.Sum());
        var shares = new int[Weights.Length];
        shares[0] = critical;
        for (var index = 1; index < shares.Length; index++)
            shares[index] = Math.Max(Math.Max(1, rows / 32), rows * weights[index] / total);
        return shares;
    }

    /// <summary>How many rows of each class the claim brought.</summary>
    public void Observe(ReadOnlySpan<int> claimed)
    {
        for (var index = 0; index < busy.Length; index++)
            busy[index] = claimed[index] > 0;
    }
}
