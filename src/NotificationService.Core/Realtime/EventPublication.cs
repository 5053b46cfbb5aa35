namespace NotificationService.Realtime;

/// <summary>What a backend wants to publish, checked.</summary>
/// <param name="Type">Such as <c>ticket.created</c>.</param>
/// <param name="Audience">Who receives it while connected.</param>
/// <param name="Data">JSON in UTF-8, on one line.</param>
/// <param name="Notify">Who is also sent a notification; null for nobody.</param>
public sealed record EventPublication(string Type, Audience Audience, byte[] Data, EventNotify? Notify)
{
    /// <summary>What is published stays out of logs and exceptions.</summary>
    public override string ToString() => $"an event {Type}";
}

/// <summary>An event that is also sent as notifications, so that it reaches people who are not connected, on channels that outlast the connection.</summary>
/// <param name="Template">The key of a published template, whose variables are the event's data.</param>
/// <param name="Channels">Null: those of the template.</param>
/// <param name="People">1 to <see cref="MaxPeople"/>, each once.</param>
public sealed record EventNotify(string? Template, IReadOnlyList<string?>? Channels, IReadOnlyList<NotifiedPerson> People)
{
    public const int MaxPeople = 1_000;

    /// <summary>The data are stored with each notification.</summary>
    public const int MaxStored = 16 * 1024 * 1024;
}

/// <summary>Somebody whom an audience names.</summary>
/// <param name="Pointer">Where, as a JSON Pointer into the request.</param>
public readonly record struct NotifiedPerson(string UserId, string Pointer);
