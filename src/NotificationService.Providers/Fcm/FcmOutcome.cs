using NotificationService.Channels;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// What the calls for several devices of one person come to together: that judges the provider, and it says what became of each, by which the
/// delivery goes on.
/// </summary>
internal static class FcmOutcome
{
    /// <summary>Not one of them was called.</summary>
    private static readonly ProviderResult.Deferred Late = new("timeout", "the time for the call was over before any device's turn");

    public static ProviderResult Of(IReadOnlyList<DeviceResult> calls)
    {
        IReadOnlyList<DeviceResult> reported = [.. calls.Select(call => call with { IsForeign = call.Result is ProviderResult.Rejected { Code: FcmErrors.OfAnotherProject } })];
        var together = Together(reported);
        return reported.Count > 1 ? together with { Devices = reported } : together;
    }

    private static ProviderResult Together(IReadOnlyList<DeviceResult> calls)
    {
        IReadOnlyList<string> dead = [.. calls.Where(call => call.Result is ProviderResult.Rejected { Cause: RejectionCause.Address }).Select(call => call.Token)];
        IReadOnlyList<string> foreign = [.. calls.Where(call => call.IsForeign).Select(call => call.Token)];
        if (First<ProviderResult.Accepted>(calls) is { } accepted)
            return accepted with { DeadAddresses = dead, ForeignAddresses = foreign };
        if (First<ProviderResult.Ambiguous>(calls) is { } ambiguous)
            return ambiguous;
        if (calls.Select(call => call.Result).OfType<ProviderResult.Deferred>().ToList() is { Count: > 0 } deferred)
        {
            // What is wrong with the account or the provider comes first; of devices that wait for something of their own the one that waits least.
            return deferred.Where(result => result.Cause != DeferralCause.Message).MaxBy(result => (result.Cause, result.RetryAfter ?? TimeSpan.Zero))
                ?? deferred.MinBy(result => result.RetryAfter ?? TimeSpan.Zero) ?? deferred[0];
        }

        // What is wrong with the message is more worth saying than that some devices are gone as well.
        var rejected = calls.Select(call => call.Result).OfType<ProviderResult.Rejected>().ToList();
        return rejected.Count == 0
            ? Late
            : (rejected.Find(result => result.Cause != RejectionCause.Address) ?? rejected[0]) with { DeadAddresses = dead, ForeignAddresses = foreign };
    }

    private static T? First<T>(IReadOnlyList<DeviceResult> calls)
        where T : ProviderResult => calls.Select(call => call.Result).OfType<T>().FirstOrDefault();
}
