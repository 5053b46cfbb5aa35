using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Credentials;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.InApp;
using NotificationService.Providers.Sandbox;
using NotificationService.Providers.SendGrid;
using NotificationService.Providers.Smtp;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Webhooks;

namespace NotificationService.IntegrationTests.Channels;

/// <summary>What one process knows of providers. Two of them on one database are two machines.</summary>
internal sealed class ChannelsNode
{
    public ChannelsNode(TestDatabase database, TimeProvider time, string? masterKeys = null, bool allowPrivate = true)
    {
        var guard = new EndpointGuard(allowPrivate);
        var options = new ProviderOptions();
        Vault = new CredentialVault(MasterKeys.Parse(masterKeys ?? Key("k1", 1)));
        Mailbox = new SandboxMailbox(database.Database, database.Ids, time);
        var types = new ProviderTypes([new SendGridType(guard, options, time), new SmtpType(guard, options, time, new PublicUrl(Value: null)), new SandboxType(Mailbox, database.NewReceiptIntake(), time), new InAppType()]);
        Store = new ProviderStore(database.Store, Vault, new ReceiptAddresses(types, new PublicUrl(new Uri("https://notify.example.com/"))));
        Directory = new ProviderDirectory(Store, new EnabledProviders(database.Database), new ProviderInstances(types, new ProviderLimiters(database.Database, new CallCapacity(400), time), time), time);
        Editor = new ProviderEditor(database.Store, Store, Vault, types, guard, Directory, new TenantSettingsStore(database.Database, database.Store, new AuditLog(database.Ids, time)), new AuditLog(database.Ids, time), database.Ids, time, NullLogger<ProviderEditor>.Instance);
        Rotation = new CredentialRotation(database.Database, Vault, [ProviderStore.SealedCredentials, WebhookEndpointStore.SealedSecrets]);
    }

    public CredentialVault Vault { get; }

    public SandboxMailbox Mailbox { get; }

    public ProviderStore Store { get; }

    public ProviderDirectory Directory { get; }

    public ProviderEditor Editor { get; }

    public CredentialRotation Rotation { get; }

    /// <summary>A master key of 32 times the same byte.</summary>
    public static string Key(string id, byte value) => $"{id}:{Convert.ToBase64String([.. Enumerable.Repeat(value, 32)])}";

    public static Caller Admin(TenantId tenant) =>
        new(tenant, CallerKind.User, new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a99"), "admin", Live: true, new HashSet<string>(), new HashSet<string> { "admin" });

    public static ProviderInput SendGrid(string name = "SendGrid", int priority = 10, string apiKey = "SG.0123456789abcdefghij", string settings = "") => new(
        ChannelKind.Email, "sendgrid", name, priority, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null,
        new Dictionary<string, string> { ["apiKey"] = apiKey }, JsonElement.Parse($$"""{"from":"orders@example.com"{{settings}}}"""));

    public static ProviderInput Sandbox(ChannelKind channel = ChannelKind.Email, int priority = 10) => new(
        channel, "sandbox", "Sandbox", priority, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null, new Dictionary<string, string>(), JsonElement.Parse("{}"));

    public async Task<ProviderRow> CreateAsync(TenantId tenant, ProviderInput input) =>
        (await Editor.CreateAsync(Admin(tenant), input, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>().Row;

    public async Task<ProviderRow> UpdateAsync(ProviderRow row, ProviderChange change) =>
        (await Editor.UpdateAsync(Admin(row.TenantId), row.Id, change, CancellationToken.None)).ShouldBeOfType<ProviderSaved.Saved>().Row;

    public async Task<IReadOnlyList<string>> NamesAsync(TenantId tenant, ChannelKind channel = ChannelKind.Email, bool live = true) =>
        [.. (await Directory.ForAsync(tenant, channel, live, CancellationToken.None)).Select(provider => provider.Name)];
}
