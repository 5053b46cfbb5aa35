using System.Security.Cryptography;
using System.Text;
using Npgsql;
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

    public NpgsqlParameter[] Parameters(Guid tenant) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = tenant },
        Of(row => row.Provider),
        Of(row => row.Hash),
        Of(_ => ids.Next()),
        Of(row => row.Receipt.Delivery?.Value),
        Of(row => Clean(row.Receipt.ProviderMessageId, LongestMessageId)),
        Of(row => (short)row.Receipt.Kind),
        Of(row => row.Receipt.OccurredAt.ToUniversalTime()),
        Of(row => row.Wait),
        Of(row => Clean(row.Receipt.Code, LongestCode)),
        Of(row => Clean(row.Receipt.Message, LongestMessage)),
        Of(row => Clean(row.Receipt.Address, LongestAddress)),
        Of(row => Clean(row.Receipt.Url, LongestUrl)),
        Of(row => (short)Flags(row.Receipt)),
        Of(row => Clean(row.Receipt.Raw, RawReceipt.Longest)),
        Of(row => row.IsTest),
    ];

    private static ReceiptFlags Flags(Receipt receipt) =>
        (receipt.AddressDead ? ReceiptFlags.AddressDead : ReceiptFlags.None) | (receipt.Temporary ? ReceiptFlags.Temporary : ReceiptFlags.None);

    private static byte[] Hash(string dedupeKey) => SHA256.HashData(Encoding.UTF8.GetBytes(dedupeKey));

    /// <summary>Null for nothing.</summary>
    private static string? Clean(string? text, int max) => string.IsNullOrEmpty(text) ? null : StorableText.Of(text, max) is { Length: > 0 } clean ? clean : null;

    private NpgsqlParameter<T[]> Of<T>(Converter<Row, T> column) => new() { TypedValue = Array.ConvertAll(rows, column) };

    private sealed record Row(Guid Provider, byte[] Hash, Receipt Receipt, TimeSpan Wait, bool IsTest);
}
