using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>What one provider reports in one go.</summary>
/// <param name="Wait">How long to let pass before they are applied; zero but for the sandbox, which reports before its response is written down.</param>
/// <param name="AreTests">Whether the provider reaches nobody (<see cref="IReceiptSource.ReportsTests"/>).</param>
public sealed record IncomingReceipts(TenantId Tenant, Guid Provider, IReadOnlyList<Receipt> Items, TimeSpan Wait = default, bool AreTests = false);
