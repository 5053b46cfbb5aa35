using NotificationService.Channels;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// What the calls for several devices of one person come to together. One device that was reached is a person who was
/// told; whether to try again is only asked when none was.
/// </summary>
internal static class FcmOutcome
{
    public static ProviderResult Of(IReadOnlyList<(string Token, ProviderResult Result)> calls)
    {
        IReadOnlyList<string> dead = [.. calls.Where(call => call.Result is ProviderResult.Rejected { Cause: RejectionCause.Address }).Select(call => call.Token)];
        IReadOnlyList<string> foreign = [.. calls.Where(call => call.Result is ProviderResult.Rejected { Code: FcmErrors.OfAnotherProject }).Select(call => call.Token)];
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
        return (rejected.Find(result => result.Cause != RejectionCause.Address) ?? rejected[0]) with { DeadAddresses = dead, ForeignAddresses = foreign };
    }

    private static T? First<T>(IReadOnlyList<(string Token, ProviderResult Result)> calls)
        where T : ProviderResult => calls.Select(call => call.Result).OfType<T>().FirstOrDefault();
}
