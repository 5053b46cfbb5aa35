using System.Text.Json;

namespace NotificationService.Channels;

/// <summary>What to change of a provider; null keeps what is stored.</summary>
public sealed record ProviderChange
{
    public ChannelKind? Channel { get; init; }

    public string? Type { get; init; }

    public string? Name { get; init; }

    public int? Priority { get; init; }

    public int? Weight { get; init; }

    public bool? Enabled { get; init; }

    public int? RateLimit { get; init; }

    public bool RemovesRateLimit { get; init; }

    public int? Concurrency { get; init; }

    public bool RemovesConcurrency { get; init; }

    public JsonElement? Settings { get; init; }

    /// <summary>By field name: null removes, a masked value that was read before keeps, anything else replaces.</summary>
    public IReadOnlyDictionary<string, string?>? Credentials { get; init; }

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "a change of a provider";

    internal void ApplyTo(ProviderRow row, DateTimeOffset now)
    {
        row.Name = Name ?? row.Name;
        row.Priority = Priority ?? row.Priority;
        row.Weight = Weight ?? row.Weight;
        row.Enabled = Enabled ?? row.Enabled;
        row.RateLimit = RemovesRateLimit ? null : RateLimit ?? row.RateLimit;
        row.Concurrency = RemovesConcurrency ? null : Concurrency ?? row.Concurrency;
        row.Settings = Settings?.GetRawText() ?? row.Settings;
        row.UpdatedAt = now;
        row.Revision++;
    }
}
