using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Keeps what the sandbox was given and shows it.</summary>
public sealed class SandboxMailbox(Database database, TenantStore store, Ids ids, TimeProvider time)
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

    /// <summary>The newest first.</summary>
    /// <param name="before">Only those older than this one; without it, a page by number and how many there are in all.</param>
    public Task<(IReadOnlyList<SandboxMessage> Messages, int Total)> ListAsync(
        TenantId tenant, SandboxFilter filter, Guid? before, bool counted, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var all = db.Set<SandboxMessage>().AsNoTracking()
                .Where(row => (filter.Channel == null || row.Channel == filter.Channel) && (filter.Recipient == null || row.Recipient == filter.Recipient));
            if (filter.Notification is { } id)
            {
                var last = new Notifications.NotificationId(id).LastDelivery;
                all = all.Where(row => row.DeliveryId >= id && row.DeliveryId <= last);
            }

            var page = before is { } older ? all.Where(row => row.Id < older) : all;
            IReadOnlyList<SandboxMessage> messages = await page.OrderByDescending(row => row.Id).Skip(skip).Take(take).ToListAsync(token);
            return (messages, counted ? await all.CountAsync(token) : 0);
        },
        cancellationToken);
}

/// <summary>Which of the sandbox's messages; null is any.</summary>
public sealed record SandboxFilter(ChannelKind? Channel, string? Recipient, Guid? Notification);
