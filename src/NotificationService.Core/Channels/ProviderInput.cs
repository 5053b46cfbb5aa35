using System.Text.Json;

namespace NotificationService.Channels;

/// <summary>What a person wants a provider to be.</summary>
/// <param name="Credentials">Secrets by field name; in an update, a field that is missing or still masked keeps what is stored.</param>
public sealed record ProviderInput(
    ChannelKind Channel,
    string Type,
    string Name,
    int Priority,
    int Weight,
    bool Enabled,
    int? RateLimit,
    int? Concurrency,
    IReadOnlyDictionary<string, string> Credentials,
    JsonElement Settings)
{
    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => $"input for a provider ({Type})";
}

/// <summary>What came of saving a provider.</summary>
public abstract record ProviderSaved
{
    private ProviderSaved()
    {
    }

    public sealed record Saved(ProviderRow Row) : ProviderSaved;

    public sealed record Invalid(IReadOnlyList<ProviderConfigurationError> Errors) : ProviderSaved;

    /// <summary>The channel has another provider of that name.</summary>
    public sealed record NameTaken : ProviderSaved;

    /// <summary>Somebody else saved it at the same moment.</summary>
    public sealed record ChangedMeanwhile : ProviderSaved;

    public sealed record NotFound : ProviderSaved;
}
