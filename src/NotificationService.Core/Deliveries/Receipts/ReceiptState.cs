using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>What became of a receipt. Stored as a smallint: never renumber.</summary>
[SqlName("receipt")]
public enum ReceiptState : short
{
    Pending = 1,

    /// <summary>It changed something: a status, an engagement, the suppression list.</summary>
    Applied = 2,

    /// <summary>It was understood and changes nothing; the reason says why.</summary>
    Ignored = 3,

    /// <summary>No delivery was found that it could be about.</summary>
    Unmatched = 4,
}

public static class ReceiptStates
{
    public static readonly IReadOnlyList<ReceiptState> All = Enum.GetValues<ReceiptState>();

    public static string ToName(this ReceiptState state) => state switch
    {
        ReceiptState.Pending => "pending",
        ReceiptState.Applied => "applied",
        ReceiptState.Ignored => "ignored",
        ReceiptState.Unmatched => "unmatched",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };
}

[Flags]
[SqlName("receipt_flag")]
public enum ReceiptFlags : short
{
    None = 0,
    AddressDead = 1,
    Temporary = 2,

    /// <summary>The vendor's time was long past or to come; the time of receipt stands in its place.</summary>
    TimeReplaced = 4,

    /// <summary>What it says of the address was written down while it waits for its delivery.</summary>
    AddressKept = 8,
}
