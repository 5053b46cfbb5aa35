using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Quotas;

/// <summary>A day's limit that has no more for a notification: nothing of it is accepted.</summary>
public sealed record QuotaRefusal(DailyLimit Limit)
{
    public string Code => Limit.Code;

    /// <summary>A limit of 0 is none that tomorrow changes.</summary>
    public bool EndsWithTheDay => Limit.Quota > 0;

    /// <summary>For a person.</summary>
    public string Message => Limit switch
    {
        { Prefix: { } prefix, Quota: 0 } => $"Text messages to numbers that begin with {prefix} are not allowed.",
        { Quota: 0 } => $"The quota of {Limit.Channel.ToName()} is 0: nothing is accepted on this channel.",
        { Prefix: { } prefix } => $"The cap of {Limit.Quota} text messages a day to numbers that begin with {prefix} is reached until {Rfc3339.InSentence(Limit.Day.Ends)}.",
        _ => $"The quota of {Limit.Quota} a day on the channel {Limit.Channel.ToName()} is reached until {Rfc3339.InSentence(Limit.Day.Ends)}.",
    };
}
