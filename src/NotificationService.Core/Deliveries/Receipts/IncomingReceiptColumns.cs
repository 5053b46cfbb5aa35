using System.Security.Cryptography;
using System.Text;
using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// One tenant's incoming receipts as the columns of <c>receipts_insert.sql</c>. Whatever a vendor may say fits: texts are cut, control
/// characters and halves of characters left out; times that cannot be the statement replaces, by the database's clock.
/// </summary>
internal sealed class IncomingReceiptColumns
{
    private const int LongestCode = 100;
    private const int LongestMessage = 500;
    private const int LongestMessageId = 300;
    private const int LongestAddress = 4096;
    private const int LongestUrl = 2000;

    private static readonly Statement Insert = Statement.Load("receipts_insert");

    private readonly Row[] rows;
    private readonly Ids ids;

    /// <param name="ofOneTenant">In any order and with repeats.</param>
    public IncomingReceiptColumns(IEnumerable<IncomingReceipts> ofOneTenant, Ids ids)
    {
        this.ids = ids;
        rows =
        [
            .. ofOneTenant.SelectMany(incoming => incoming.Items.Select(receipt => new Row(incoming.Provider, Hash(receipt.DedupeKey), receipt, incoming.Wait, incoming.AreTests)))
                .DistinctBy(row => (row.Provider, Convert.ToHexString(row.Hash)))
                .OrderBy(row => row.Provider).ThenBy(row => Convert.ToHexString(row.Hash), StringComparer.Ordinal),
        ];
    }

    /// <summary>The statement that keeps them.</summary>
    public BoundStatement Keep(Guid tenant) => Insert.With(
        Parameter.Of("tenant", tenant),
        Of("providers", row => row.Provider),
        Of("dedupe_hashes", row => row.Hash),
        Of("ids", _ => ids.Next()),
        Of("deliveries", row => row.Receipt.Delivery?.Value),
        Of("provider_message_ids", row => Clean(row.Receipt.ProviderMessageId, LongestMessageId)),
        Of("kinds", row => (short)row.Receipt.Kind),
        Of("occurred_at", row => row.Receipt.OccurredAt.ToUniversalTime()),
        Of("waits", row => row.Wait),
        Of("codes", row => Clean(row.Receipt.Code, LongestCode)),
        Of("messages", row => Clean(row.Receipt.Message, LongestMessage)),
        Of("addresses", row => Clean(row.Receipt.Address, LongestAddress)),
        Of("urls", row => Clean(row.Receipt.Url, LongestUrl)),
        Of("scopes", row => row.Receipt.Scope),
        Of("flags", row => (short)Flags(row.Receipt)),
        Of("raws", row => Clean(row.Receipt.Raw, RawReceipt.Longest)),
        Of("are_tests", row => row.IsTest));

    private static ReceiptFlags Flags(Receipt receipt) =>
        (receipt.AddressDead ? ReceiptFlags.AddressDead : ReceiptFlags.None) | (receipt.Temporary ? ReceiptFlags.Temporary : ReceiptFlags.None);

    private static byte[] Hash(string dedupeKey) => SHA256.HashData(Encoding.UTF8.GetBytes(dedupeKey));

    /// <summary>Null for nothing.</summary>
    private static string? Clean(string? text, int max) => string.IsNullOrEmpty(text) ? null : StorableText.Of(text, max) is { Length: > 0 } clean ? clean : null;

    private Parameter Of<T>(string name, Converter<Row, T> column) => Parameter.Of(name, Array.ConvertAll(rows, column));

    private sealed record Row(Guid Provider, byte[] Hash, Receipt Receipt, TimeSpan Wait, bool IsTest);
}
