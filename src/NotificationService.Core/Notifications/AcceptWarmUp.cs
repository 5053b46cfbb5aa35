using System.Collections.Frozen;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>
/// Accepts notifications of a tenant that does not exist, in transactions that are rolled back: what is checked, planned and written for a single send is,
/// as often as the compiler must have seen it, and the connections of the writers have their statement.
/// </summary>
internal sealed class AcceptWarmUp(Database database, DryRun dryRun, Ids ids) : IWarmUp
{
    /// <summary>As many as write single sends at once.</summary>
    private const int Connections = 2;

    /// <summary>A method is compiled anew after thirty calls.</summary>
    private const int Times = 60;

    private static readonly NotificationRequest Sample = new()
    {
        Channel = "email",
        Recipient = new StoredRecipient { Email = "warm-up@example.com", Name = "Warm-up" },
        Content = new InlineContent(Subject: "Warm-up", Html: "<p>Warm-up</p>", Text: "Warm-up"),
        Data = """{"order":{"id":"A-1","items":["one","two"]}}"""u8.ToArray(),
        Reference = "warm-up",
    };

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => AcceptAsync(cancellationToken)));

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var caller = new Caller(new TenantId(ids.Next()), CallerKind.ServiceAccount, ids.Next(), UserId: null, Live: false, FrozenSet<string>.Empty, FrozenSet<string>.Empty);
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        for (var i = 0; i < Times; i++)
        {
            var (report, _) = await dryRun.RunAsync(caller, Sample, cancellationToken);
            if (report is null)
                return;
            var response = ReadableJson.Utf8(AcceptedResponse.Of(report.Prepared), AcceptedJson.Default.AcceptedResponse);
            var entry = new IdempotencyEntry(ids.Next().ToByteArray(), ids.Next().ToByteArray(), response);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await NotificationStore.AcceptAsync(connection, [AcceptedNotification.Of(caller, report.Prepared, entry, traceParent: null)], batch: null, cancellationToken);
            await transaction.RollbackAsync(cancellationToken);
        }
    }
}
