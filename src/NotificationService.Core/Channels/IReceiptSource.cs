using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Channels;

/// <summary>A vendor that reports later what became of a message. Implemented by its <see cref="IProviderType"/>.</summary>
public interface IReceiptSource
{
    /// <summary>The vendor's part of the address it reports to, <c>/webhooks/{path}/{providerId}</c>: <c>sendgrid</c>, <c>twilio</c>, <c>whatsapp</c>.</summary>
    string ReceiptPath { get; }

    /// <summary>Where that address is entered at the vendor, as its pages name it. Null where nobody has to.</summary>
    string? ReceiptPlace { get; }

    /// <summary>Whether it reaches nobody, so that what it reports without naming a message is a test and changes nothing for live.</summary>
    bool ReportsTests => false;

    /// <summary>Whether the vendor reports to one address what became of the messages of several providers of this type: a report may be about a sibling's message.</summary>
    bool ReportsForSiblings => false;

    /// <summary>
    /// Checks that the vendor itself sent the request, as the vendor specifies, over the bytes as they came, and reads it.
    /// Touches nothing and throws nothing: whatever a stranger can send is a <see cref="ReceiptReading"/>.
    /// </summary>
    ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request, DateTimeOffset now);
}

/// <summary>A request to the address that a vendor reports to.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="PublicUrl">The address as the vendor knows it: the configured public URL, path and query. Never taken from forwarded headers.</param>
/// <param name="Query">The query's parameters, decoded; the first of each name.</param>
/// <param name="Headers">The first of each name; names ignore case.</param>
/// <param name="ContentType">As it came, or null.</param>
/// <param name="Body">The bytes as they came.</param>
public sealed record ReceiptRequest(
    string Method,
    Uri PublicUrl,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    string? ContentType,
    ReadOnlyMemory<byte> Body);

/// <summary>What a request to the receipts' address turned out to be.</summary>
public abstract record ReceiptReading
{
    private ReceiptReading()
    {
    }

    /// <summary>Genuine. Answered 200 once the receipts are stored, with <paramref name="Response"/> where the vendor wants words.</summary>
    public sealed record Receipts(IReadOnlyList<Receipt> Items, string? Response = null, string? ResponseType = null) : ReceiptReading;

    /// <summary>The vendor asks whether the address is ours: answered 200 with this text.</summary>
    public sealed record Challenge(string Response) : ReceiptReading;

    /// <summary>Unsigned, stale or tampered with: answered 403, and nothing changes.</summary>
    public sealed record Refused(string Message) : ReceiptReading;

    /// <summary>Genuine and unreadable: answered 400.</summary>
    public sealed record Malformed(string Message) : ReceiptReading;
}

/// <summary>One thing a provider reports of one message, or of one address.</summary>
/// <param name="DedupeKey">The same for every repeat of this receipt and for no other of this provider: the vendor's event id, or message id and status.</param>
/// <param name="Kind">What is reported.</param>
/// <param name="OccurredAt">When it happened, by the vendor's clock.</param>
public sealed record Receipt(string DedupeKey, ReceiptKind Kind, DateTimeOffset OccurredAt)
{
    /// <summary>Our id, where the vendor echoed it.</summary>
    public DeliveryId? Delivery { get; init; }

    /// <summary>The vendor's id of the message, as <see cref="ProviderResult.Accepted"/> gave it.</summary>
    public string? ProviderMessageId { get; init; }

    /// <summary>The vendor's code of a failure, at most 100 characters.</summary>
    public string? Code { get; init; }

    /// <summary>Plain words, without addresses, at most 500 characters.</summary>
    public string? Message { get; init; }

    /// <summary>The address is not to be written to again.</summary>
    public bool AddressDead { get; init; }

    /// <summary>The vendor gave up for a reason that may pass: a retry by hand can help.</summary>
    public bool Temporary { get; init; }

    /// <summary>The address, where the receipt is about one and not about a message: a number that answered STOP.</summary>
    public string? Address { get; init; }

    /// <summary>What is unsubscribed from or resubscribed to, as <see cref="Recipients.SuppressionScopes"/> writes it; null for everything.</summary>
    public string? Scope { get; init; }

    /// <summary>The link that was clicked, at most 2,000 characters.</summary>
    public string? Url { get; init; }

    /// <summary>What the vendor sent of it, as it came; it is kept after <c>RawReceipt</c> has cut and cleaned it.</summary>
    public string? Raw { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => $"receipt {Kind}";
}

/// <summary>Stored as a smallint: never renumber.</summary>
[SqlName("receipt_kind")]
public enum ReceiptKind : short
{
    Sent = 1,
    Delivered = 2,
    Read = 3,

    /// <summary>It will not arrive.</summary>
    Failed = 4,

    /// <summary>The recipient's side returned it.</summary>
    Bounced = 5,

    /// <summary>The vendor keeps trying.</summary>
    Deferred = 6,
    Opened = 7,
    Clicked = 8,
    Complained = 9,
    Unsubscribed = 10,

    /// <summary>Takes an unsubscribe back.</summary>
    Resubscribed = 11,

    /// <summary>Somebody wrote HELP. The service answers nothing.</summary>
    AskedForHelp = 12,
}

public static class ReceiptKinds
{
    public static readonly IReadOnlyList<ReceiptKind> All = Enum.GetValues<ReceiptKind>();

    public static string ToName(this ReceiptKind kind) => kind switch
    {
        ReceiptKind.Sent => "sent",
        ReceiptKind.Delivered => "delivered",
        ReceiptKind.Read => "read",
        ReceiptKind.Failed => "failed",
        ReceiptKind.Bounced => "bounced",
        ReceiptKind.Deferred => "deferred",
        ReceiptKind.Opened => "opened",
        ReceiptKind.Clicked => "clicked",
        ReceiptKind.Complained => "complained",
        ReceiptKind.Unsubscribed => "unsubscribed",
        ReceiptKind.Resubscribed => "resubscribed",
        ReceiptKind.AskedForHelp => "help",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
