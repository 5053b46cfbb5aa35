namespace NotificationService.EventRules;

/// <summary>An event that somebody else published: CloudEvents 1.0.</summary>
/// <param name="Source">Who published it. Together with <paramref name="Id"/> it identifies this event and no other.</param>
/// <param name="Attributes">Every attribute by name, the named ones and extensions included.</param>
/// <param name="Data">JSON in UTF-8, or empty.</param>
public sealed record IncomingEvent(string Id, string Source, string Type, IReadOnlyDictionary<string, string> Attributes, ReadOnlyMemory<byte> Data)
{
    /// <summary>The trace that it belongs to: the extension for distributed tracing.</summary>
    public string? TraceParent => Attributes.GetValueOrDefault("traceparent");

    /// <summary>What it says stays out of logs and exceptions.</summary>
    public override string ToString() => $"event of type {Type}";
}
