using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>The providers that a tenant begins with: a sandbox for every channel, and the inbox. Adds only what is missing.</summary>
public sealed class ProvidersSeed(ProviderEditor editor, Ids ids, TimeProvider time)
{
    private const string Inbox = "Inbox";
    private const string Sandbox = "Sandbox";
    private const int First = 10;
    private const int Last = 100;
    private const int Weight = 100;
    private const string NoSettings = "{}";

    /// <summary>What there is when it has run.</summary>
    public static IReadOnlyList<(short Channel, string Name)> Names { get; } =
    [
        .. ChannelTable.All.Where(channel => channel.BuiltInProvider is not null).Select(channel => ((short)channel.Kind, Inbox)),
        .. ChannelTable.All.Select(channel => ((short)channel.Kind, Sandbox)),
    ];

    public async Task RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        foreach (var (channel, type, name, priority) in All())
            await AddAsync(tenant, channel, type, name, priority, cancellationToken);
    }

    /// <summary>Adds those that are missing, as part of other work.</summary>
    public async Task AddAsync(NotificationDbContext db, TenantId tenant, CancellationToken cancellationToken)
    {
        var there = await db.Set<ProviderRow>().Select(row => new { row.Channel, row.Name }).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        db.AddRange(All().Where(provider => !there.Contains(new { provider.Channel, provider.Name })).Select(provider => new ProviderRow
        {
            Id = ids.Next(),
            TenantId = tenant,
            Channel = provider.Channel,
            Type = provider.Type,
            Name = provider.Name,
            Priority = provider.Priority,
            Weight = Weight,
            Enabled = true,
            Settings = NoSettings,
            Revision = 1,
            CreatedAt = now,
            UpdatedAt = now,
        }));
        await db.SaveChangesAsync(cancellationToken);
    }

    private static IEnumerable<(ChannelKind Channel, string Type, string Name, int Priority)> All() =>
    [
        .. ChannelTable.All.Where(channel => channel.BuiltInProvider is not null).Select(channel => (channel.Kind, channel.BuiltInProvider!, Inbox, First)),
        .. ChannelTable.All.Select(channel => (channel.Kind, ProviderInstances.SandboxType, Sandbox, channel.BuiltInProvider is null ? First : Last)),
    ];

    private async Task AddAsync(TenantId tenant, ChannelKind channel, string type, string name, int priority, CancellationToken cancellationToken)
    {
        var input = new ProviderInput(
            channel, type, name, priority, Weight, Enabled: true, RateLimit: null, Concurrency: null, new Dictionary<string, string>(), JsonElement.Parse(NoSettings));
        // NameTaken: it is there, and a person may have changed it since.
        if (await editor.CreateAsync(tenant, input, cancellationToken) is ProviderSaved.Invalid invalid)
            throw new InvalidOperationException($"the demo's provider {name} is not valid: {invalid.Errors[0].Message}");
    }
}
