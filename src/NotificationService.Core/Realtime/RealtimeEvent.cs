namespace NotificationService.Realtime;

/// <summary>What a tenant's backend published to those who are connected.</summary>
/// <param name="Sequence">Its place among all that the tenant published; 0 before it is stored.</param>
/// <param name="Type">Such as <c>ticket.created</c>.</param>
/// <param name="Audience">Who receives it.</param>
/// <param name="Data">JSON in UTF-8.</param>
public sealed record RealtimeEvent(long Sequence, Guid Id, string Type, Audience Audience, byte[] Data)
{
    /// <summary>What is published stays out of logs and exceptions.</summary>
    public override string ToString() => $"real-time event {Id} ({Type})";
}

/// <summary>What a tenant published after a sequence.</summary>
/// <param name="Last">The last that there is.</param>
/// <param name="Forgot">Up to this one it is no longer known.</param>
public sealed record RealtimePage(IReadOnlyList<RealtimeEvent> Events, long Last, long Forgot);
