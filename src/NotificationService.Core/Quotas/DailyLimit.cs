using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Quotas;

/// <summary>How many deliveries a tenant may have accepted in one day: of a channel, or of the numbers of a channel that begin alike.</summary>
/// <param name="Prefix">+ and digits; null for all of the channel.</param>
public sealed record DailyLimit(TenantId Tenant, ChannelKind Channel, string? Prefix, long Quota, TenantDay Day)
{
    public const string QuotaCode = "quota_reached";
    public const string CapCode = "sms_cap_reached";

    /// <summary>+ and seven digits: no longer beginning of a number has a cap.</summary>
    private const int LongestPrefix = 8;

    /// <summary>As the row has it.</summary>
    public string Counter => Prefix is null ? Channel.ToName() : $"{Channel.ToName()}:{Prefix}";

    public string Code => Prefix is null ? QuotaCode : CapCode;

    /// <summary>The cap of a number: that of the longest beginning that has one.</summary>
    public static (string Prefix, int Cap)? CapOf(IReadOnlyDictionary<string, int> caps, string? number)
    {
        if (caps.Count == 0 || number is null)
            return null;
        for (var length = Math.Min(LongestPrefix, number.Length); length > 1; length--)
        {
            if (caps.TryGetValue(number[..length], out var cap))
                return (number[..length], cap);
        }

        return null;
    }

    /// <summary>Every limit that a delivery on this channel counts against.</summary>
    public static IEnumerable<DailyLimit> Of(TenantSettings settings, ChannelKind channel, string? phone, TenantDay day)
    {
        if (settings.Limits.Daily.TryGetValue(channel.ToName(), out var quota))
            yield return new DailyLimit(settings.Tenant, channel, null, quota, day);
        if (ChannelTable.Of(channel).IsBilledBySegment && CapOf(settings.SmsCaps, phone) is var (prefix, cap))
            yield return new DailyLimit(settings.Tenant, channel, prefix, cap, day);
    }
}
