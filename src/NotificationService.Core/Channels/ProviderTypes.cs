using System.Diagnostics.CodeAnalysis;

namespace NotificationService.Channels;

/// <summary>Every vendor this build knows, by name.</summary>
public sealed class ProviderTypes(IEnumerable<IProviderType> types)
{
    private readonly Dictionary<string, IProviderType> byName = types.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>The names of the types of which one provider may report for another.</summary>
    public IReadOnlyList<string> ReportingForSiblings => [.. byName.Values.Where(type => type is IReceiptSource { ReportsForSiblings: true }).Select(type => type.Name)];

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<IProviderType> All => [.. byName.Values.OrderBy(type => type.Name, StringComparer.Ordinal)];

    public bool TryFind(string name, [NotNullWhen(true)] out IProviderType? type) => byName.TryGetValue(name, out type);

    /// <summary>The names of what can send on a channel, for messages that list what is allowed.</summary>
    public IReadOnlyList<string> NamesFor(ChannelKind channel) =>
        [.. byName.Values.Where(type => type.Channels.Contains(channel)).Select(type => type.Name).Order(StringComparer.Ordinal)];

    /// <summary>Everything that is wrong with a configuration, its type included.</summary>
    public IReadOnlyList<ProviderConfigurationError> Validate(ProviderConfiguration configuration)
    {
        if (!TryFind(configuration.Type, out var type) || !type.Channels.Contains(configuration.Channel))
        {
            var allowed = string.Join(", ", NamesFor(configuration.Channel));
            return [new ProviderConfigurationError("/type", "unknown_type", $"must be one of {allowed} for the channel {configuration.Channel.ToName()}")];
        }

        return type.Validate(configuration);
    }
}
