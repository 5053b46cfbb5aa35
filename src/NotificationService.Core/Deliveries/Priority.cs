namespace NotificationService.Deliveries;

/// <summary>The four classes. Stored as a smallint, the smaller the sooner: never renumber.</summary>
public enum Priority : short
{
    Critical = 0,
    High = 1,
    Normal = 2,
    Low = 3,
}

public static class Priorities
{
    public const string Names = "critical, high, normal, low";

    public static string ToName(this Priority priority) => priority switch
    {
        Priority.Critical => "critical",
        Priority.High => "high",
        Priority.Normal => "normal",
        Priority.Low => "low",
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "no such priority"),
    };

    public static bool TryParse(string? name, out Priority priority)
    {
        (var known, priority) = name switch
        {
            "critical" => (true, Priority.Critical),
            "high" => (true, Priority.High),
            "normal" => (true, Priority.Normal),
            "low" => (true, Priority.Low),
            _ => (false, Priority.Normal),
        };
        return known;
    }
}
