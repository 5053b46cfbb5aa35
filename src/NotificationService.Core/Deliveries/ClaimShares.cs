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
        var shares = new int[Weights.Length];
        var others = Weights.Length - 1;
        shares[0] = Math.Max(1, rows - Math.Max(rows / 16, others));
        // While there is nothing critical its share is only a probe, and costs the others nothing.
        var rest = Math.Max(0, (busy[0] ? rows - shares[0] : rows) - others);
        var total = Weights.Where((_, index) => busy[index]).Sum();
        for (var index = 1; index < shares.Length; index++)
            shares[index] = 1 + (busy[index] ? rest * Weights[index] / total : 0);
        return shares;
    }

    /// <summary>Which classes had rows, or may have had some where the walk did not come.</summary>
    public void Observe(ReadOnlySpan<bool> hadWork)
    {
        hadWork.CopyTo(busy);
        // Nobody knows who will be first after a silence.
        if (!hadWork.Contains(true))
            busy.AsSpan(1).Fill(true);
    }
}
