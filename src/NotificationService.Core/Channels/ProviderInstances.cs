using System.Collections.Concurrent;
using System.Text.Json;
using NotificationService.Channels.Routing;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>
/// The live providers, one per configuration and revision: a vendor's connections outlive a call but not a change. A
/// replaced instance is only let go, so that calls in flight end as they began.
/// </summary>
public sealed class ProviderInstances(ProviderTypes types, ProviderLimiters limiters, TimeProvider time)
{
    public const string SandboxType = "sandbox";
    public const string InAppType = "in_app";

    /// <summary>The types that a tenant has without configuring them. A type's place, from 1, is part of its providers' ids: never reorder.</summary>
    private static readonly string[] BuiltInTypes = [SandboxType, InAppType];

    private static readonly JsonElement NoSettings = JsonElement.Parse("{}");

    private readonly ConcurrentDictionary<(TenantId Tenant, Guid Id), Instance> live = new();

    internal ConfiguredProvider Of(StoredProvider stored, long readAt)
    {
        var row = stored.Row;
        var instance = live.AddOrUpdate(
            (row.TenantId, row.Id),
            _ => Make(stored),
            (_, known) => known.Revision == row.Revision ? known : Make(stored));
        instance.UsedAt = time.GetTimestamp();
        instance.Limiter.Observe(row.CurrentSuspension is { } suspension ? new Suspension(suspension.Code, suspension.Message) : null, readAt);
        return new ConfiguredProvider(row.Id, row.Type, row.Name, row.Priority, row.Weight, instance.Provider) { Limiter = instance.Limiter, Revision = row.Revision, SenderDomain = instance.SenderDomain };
    }

    /// <summary>The name of a provider that no tenant configured, by its id; null for every other.</summary>
    internal static string? BuiltInName(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return bytes[..14].ContainsAnyExcept((byte)0) || bytes[14] == 0 || bytes[14] > BuiltInTypes.Length ? null : BuiltInTypes[bytes[14] - 1];
    }

    /// <summary>What a tenant has without configuring it. Its id is the same for everybody and names no row.</summary>
    internal ConfiguredProvider BuiltIn(TenantId tenant, ChannelKind channel, string type)
    {
        var place = Array.IndexOf(BuiltInTypes, type) + 1;
        if (place == 0)
            throw new ArgumentOutOfRangeException(nameof(type), type, "nobody has this type without configuring it");
        var id = new Guid(0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)place, (byte)channel);
        var instance = live.GetOrAdd((tenant, id), _ =>
        {
            var configuration = new ProviderConfiguration(id, tenant, channel, type, type, new Dictionary<string, string>(), NoSettings);
            return new Instance(0, limiters.Open(), types.TryFind(type, out var found)
                ? found.Create(configuration)
                : throw new InvalidOperationException($"the provider type {type} is not registered"));
        });
        instance.UsedAt = time.GetTimestamp();
        return new ConfiguredProvider(id, type, type, 0, 1, instance.Provider) { Limiter = instance.Limiter };
    }

    internal void Sweep(TimeSpan unusedFor)
    {
        foreach (var (key, instance) in live)
        {
            if (time.GetElapsedTime(instance.UsedAt) > unusedFor)
                live.TryRemove(key, out _);
        }
    }

    private Instance Make(StoredProvider stored) => new(stored.Row.Revision, limiters.For(stored.Row), stored.Opened switch
    {
        OpenedProvider.Unusable unusable => new UnusableProvider(UnusableProvider.CredentialsUnreadable, unusable.Reason),
        OpenedProvider.Usable usable when types.Validate(usable.Configuration) is { Count: > 0 } errors =>
            new UnusableProvider(UnusableProvider.ConfigurationInvalid, $"the provider's configuration cannot be used: {errors[0].Pointer} {errors[0].Message}"),
        OpenedProvider.Usable usable when types.TryFind(usable.Configuration.Type, out var type) => type.Create(usable.Configuration),
        _ => throw new InvalidOperationException("a closed set"),
    })
    {
        SenderDomain = stored.Opened is OpenedProvider.Usable { Configuration.Settings: var settings } ? SenderDomain.Of(settings) : null,
    };

    private sealed class Instance(int revision, ProviderLimiter limiter, IProvider provider)
    {
        public int Revision => revision;

        public ProviderLimiter Limiter => limiter;

        public IProvider Provider => provider;

        public string? SenderDomain { get; init; }

        public long UsedAt { get; set; }
    }
}
