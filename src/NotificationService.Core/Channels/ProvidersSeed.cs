using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>The demo tenant's providers: a sandbox for every channel, and the inbox. Adds only what is missing.</summary>
public sealed class ProvidersSeed(ProviderEditor editor)
{
    private const string Inbox = "Inbox";
    private const string Sandbox = "Sandbox";
    private const int First = 10;
    private const int Last = 100;

    /// <summary>What there is when it has run.</summary>
    public static IReadOnlyList<(short Channel, string Name)> Names { get; } =
    [
        .. ChannelTable.All.Where(channel => channel.BuiltInProvider is not null).Select(channel => ((short)channel.Kind, Inbox)),
        .. ChannelTable.All.Select(channel => ((short)channel.Kind, Sandbox)),
    ];

    public async Task RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        foreach (var channel in ChannelTable.All)
        {
            if (channel.BuiltInProvider is { } type)
                await AddAsync(tenant, channel.Kind, type, Inbox, First, cancellationToken);
        }

        foreach (var channel in ChannelTable.All)
        {
            var priority = channel.BuiltInProvider is null ? First : Last;
            await AddAsync(tenant, channel.Kind, ProviderInstances.SandboxType, Sandbox, priority, cancellationToken);
        }
    }

    private async Task AddAsync(TenantId tenant, ChannelKind channel, string type, string name, int priority, CancellationToken cancellationToken)
    {
        var input = new ProviderInput(
            channel, type, name, priority, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null, new Dictionary<string, string>(), JsonElement.Parse("{}"));
        // NameTaken: it is there, and a person may have changed it since.
        if (await editor.CreateAsync(tenant, input, cancellationToken) is ProviderSaved.Invalid invalid)
            throw new InvalidOperationException($"the demo's provider {name} is not valid: {invalid.Errors[0].Message}");
    }
}
