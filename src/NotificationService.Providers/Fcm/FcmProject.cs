using NotificationService.Channels;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// Whether the configured project is the one whose apps the devices run. A token of another project is one to be
/// forgotten, unless it is the project that is the wrong one: then every token would be.
/// </summary>
internal sealed class FcmProject
{
    /// <summary>So many deliveries to strangers in a row, and nobody who belongs here: it is the configuration.</summary>
    public const int MaxStrangers = 10;

    private volatile bool isProven;
    private int strangers;

    /// <param name="calls">What came of the calls for the devices of one delivery.</param>
    public ProviderResult Judge(IReadOnlyList<DeviceResult> calls)
    {
        if (calls.Any(call => call.Result is ProviderResult.Accepted))
            isProven = true;
        if (isProven || !calls.Any(IsStranger))
            return FcmOutcome.Of(calls);
        var many = Interlocked.Increment(ref strangers) >= MaxStrangers;
        return FcmOutcome.Of([.. calls.Select(call => IsStranger(call) ? call with { Result = Doubt(many) } : call)]);
    }

    private static bool IsStranger(DeviceResult call) => call.Result is ProviderResult.Rejected { Code: FcmErrors.OfAnotherProject };

    private static ProviderResult.Deferred Doubt(bool many) => many
        ? new ProviderResult.Deferred(
            "credentials_project_wrong", "every device token so far belongs to another Firebase project: the service account may be of the wrong one", null, DeferralCause.Credentials)
        // It waits, or goes to another provider, which may be the project it belongs to.
        : new ProviderResult.Deferred(FcmErrors.OfAnotherProject, "the device token belongs to another Firebase project", null, DeferralCause.Message);
}
