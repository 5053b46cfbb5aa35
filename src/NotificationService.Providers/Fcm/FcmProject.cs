using NotificationService.Channels;

namespace NotificationService.Providers.Fcm;

/// <summary>
/// Whether the configured project is the one whose apps the devices run. A token of another project is one to be
/// forgotten, unless it is the project that is the wrong one: then every token would be.
/// </summary>
internal sealed class FcmProject
{
    /// <summary>So many strangers in a row, and nobody who belongs here: it is the configuration.</summary>
    public const int MostStrangers = 10;

    private volatile bool isProven;
    private int strangers;

    /// <param name="calls">What came of the calls for the devices of one delivery.</param>
    public ProviderResult Judge(IReadOnlyList<(string Token, ProviderResult Result)> calls)
    {
        if (calls.Any(call => call.Result is ProviderResult.Accepted))
            isProven = true;
        return FcmOutcome.Of(isProven ? calls : [.. calls.Select(call => (call.Token, Doubt(call.Result)))]);
    }

    private ProviderResult Doubt(ProviderResult result) => result switch
    {
        ProviderResult.Rejected { Code: FcmErrors.OfAnotherProject } when Interlocked.Increment(ref strangers) >= MostStrangers => new ProviderResult.Deferred(
            "credentials_project_wrong", "every device token so far belongs to another Firebase project: the service account may be of the wrong one", null, DeferralCause.Credentials),
        // Another provider may be the project it belongs to; the token is kept.
        ProviderResult.Rejected { Code: FcmErrors.OfAnotherProject } stranger => stranger with { Cause = RejectionCause.Provider },
        _ => result,
    };
}
