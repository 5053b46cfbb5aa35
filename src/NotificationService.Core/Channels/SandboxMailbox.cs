using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Keeps what the sandbox was given.</summary>
public sealed class SandboxMailbox(Database database, Ids ids, TimeProvider time)
{
    private static readonly string Insert = SqlText.Statement("sandbox_messages_insert");

    public async Task KeepAsync(ProviderConfiguration provider, ProviderCall call, string recipient, string message, string outcome, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            provider.Tenant, Insert,
            new NpgsqlParameter<Guid> { TypedValue = ids.Next() },
            new NpgsqlParameter<Guid> { TypedValue = provider.Tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = provider.Id },
            new NpgsqlParameter<Guid> { TypedValue = call.Delivery.Value },
            new NpgsqlParameter<int> { TypedValue = call.Attempt },
            new NpgsqlParameter<short> { TypedValue = (short)provider.Channel },
            new NpgsqlParameter<string> { TypedValue = recipient },
            new NpgsqlParameter { Value = message, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Json },
            new NpgsqlParameter<string?> { TypedValue = call.Category },
            new NpgsqlParameter<string> { TypedValue = outcome },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        await batch.CommitAsync(read: null, cancellationToken);
    }
}
