using Microsoft.Extensions.Options;
using NotificationService.Host.Http;
using NotificationService.RateLimits;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Refuses who has failed to sign in too often, before anything is looked up or hashed. Failures are counted by network address, by account, and by
/// the two together; an account that has signed in from an address before is not kept out by what others tried from there, or tried with it elsewhere.
/// </summary>
public sealed class SignInLimits
{
    public const string TooManyCode = "too_many_failed_sign_ins";

    /// <summary>Failures in a row of one account from one network address; one more every <see cref="RecoversEvery"/>.</summary>
    public const int MaxFailuresOfPair = 20;

    /// <summary>Failures in a row of one account from everywhere; one more every second.</summary>
    public const int MaxFailuresOfAccount = 200;

    public static readonly TimeSpan RecoversEvery = TimeSpan.FromSeconds(15);

    private readonly FailureCounts ofPair;
    private readonly FailureCounts ofAccount;
    private readonly FailureCounts? ofNetwork;
    private readonly long perMinute;
    private readonly KnownSources known = new();

    public SignInLimits(IOptions<RateLimitOptions> options, TimeProvider time)
    {
        perMinute = options.Value.FailedSignInsPerMinute;
        ofPair = new FailureCounts(MaxFailuresOfPair, RecoversEvery, time);
        ofAccount = new FailureCounts(MaxFailuresOfAccount, TimeSpan.FromSeconds(1), time);
        ofNetwork = perMinute > 0 ? new FailureCounts((int)Math.Min(perMinute, int.MaxValue), TimeSpan.FromMinutes(1) / perMinute, time) : null;
    }

    /// <summary>Null from <paramref name="signIn"/> is a failure. An exception is none.</summary>
    /// <exception cref="ProblemException">There were too many failures.</exception>
    public async Task<T?> RunAsync<T>(SignInSource source, Func<CancellationToken, Task<T?>> signIn, CancellationToken cancellationToken)
        where T : class
    {
        if (ofNetwork is null)
            return await signIn(cancellationToken);
        var isKnown = known.Contains(source);
        // Those under way count, or a thousand at once would all be hashed before the first has failed.
        var counted = Count(source, isKnown);
        var hasFailed = false;
        try
        {
            var found = await signIn(cancellationToken);
            hasFailed = found is null;
            if (!hasFailed)
                known.Add(source);
            return found;
        }
        finally
        {
            if (!hasFailed)
                TakeBack(counted);
        }
    }

    private List<(FailureCounts Counts, string Key)> Count(SignInSource source, bool isKnown)
    {
        List<(FailureCounts Counts, string Key)> counted = [];
        Add(ofPair, $"{source.Network:n} {source.Account}", $"One account may fail {MaxFailuresOfPair} times in a row from one network address.", RecoversEvery);
        if (isKnown)
            return counted;
        Add(ofNetwork!, source.Network.ToString("n"), $"{perMinute} sign-ins a minute may fail from one network address.", TimeSpan.FromMinutes(1) / perMinute);
        Add(ofAccount, source.Account, $"One account may fail {MaxFailuresOfAccount} times in a row.", TimeSpan.FromSeconds(1));
        return counted;

        void Add(FailureCounts counts, string key, string limit, TimeSpan retryAfter)
        {
            if (counts.TryCount(key))
            {
                counted.Add((counts, key));
                return;
            }

            TakeBack(counted);
            throw new ProblemException(Problems.LimitReached(TooManyCode, limit, retryAfter));
        }
    }

    private static void TakeBack(List<(FailureCounts Counts, string Key)> counted)
    {
        foreach (var (counts, key) in counted)
            counts.TakeBack(key);
    }
}
