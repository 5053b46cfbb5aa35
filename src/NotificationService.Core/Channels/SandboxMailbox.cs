using NotificationService.Storage;

namespace NotificationService.Channels;

/// <summary>Keeps what the sandbox was given.</summary>
public sealed class SandboxMailbox(Database database, Ids ids, TimeProvider time)
{
    private static readonly Statement Insert = Statement.Load("sandbox_messages_insert");

    public async Task KeepAsync(ProviderConfiguration provider, ProviderCall call, string recipient, string message, string outcome, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            provider.Tenant,
            Insert.With(
                Parameter.Of("id", ids.Next()),
                Parameter.Of("tenant", provider.Tenant.Value),
                Parameter.Of("provider", provider.Id),
                Parameter.Of("delivery", call.Delivery.Value),
                Parameter.Of("attempt", call.Attempt),
                Parameter.Of("channel", (short)provider.Channel),
                Parameter.Of("recipient", recipient),
                Parameter.Of("message", message, NpgsqlTypes.NpgsqlDbType.Json),
                Parameter.Of<string?>("category", call.Category),
                Parameter.Of("outcome", outcome),
                Parameter.Of("now", time.GetUtcNow())));
        await batch.CommitAsync(read: null, cancellationToken);
    }
}
