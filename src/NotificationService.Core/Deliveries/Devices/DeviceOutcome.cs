namespace NotificationService.Deliveries.Devices;

/// <summary>What became of one of several devices that a push is for. Stored by name, as the API shows it.</summary>
public enum DeviceOutcome
{
    /// <summary>It has not been called yet.</summary>
    Waiting,
    Accepted,

    /// <summary>The provider refused it and would refuse it again.</summary>
    Rejected,

    /// <summary>Not taken for now: it is tried again.</summary>
    Deferred,

    /// <summary>Nobody can know whether it has the message.</summary>
    Ambiguous,

    /// <summary>Its token is on the suppression list.</summary>
    Suppressed,

    /// <summary>It was tried as often as the schedule allows, or the push ended before that.</summary>
    GivenUp,
}

public static class DeviceOutcomes
{
    public static readonly IReadOnlyList<DeviceOutcome> All = Enum.GetValues<DeviceOutcome>();

    public static string ToName(this DeviceOutcome outcome) => outcome switch
    {
        DeviceOutcome.Waiting => "waiting",
        DeviceOutcome.Accepted => "accepted",
        DeviceOutcome.Rejected => "rejected",
        DeviceOutcome.Deferred => "deferred",
        DeviceOutcome.Ambiguous => "ambiguous",
        DeviceOutcome.Suppressed => "suppressed",
        DeviceOutcome.GivenUp => "given_up",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no such outcome"),
    };

    public static DeviceOutcome Parse(string name) => All.First(outcome => outcome.ToName() == name);
}
