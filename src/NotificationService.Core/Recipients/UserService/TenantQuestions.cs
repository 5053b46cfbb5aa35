using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Outbound;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>One tenant's questions to the user service: left alone for seconds when more than half of them fail.</summary>
internal sealed class TenantQuestions : IDisposable
{
    /// <summary>So often one person may go without a response while others have theirs, before it is taken for theirs alone.</summary>
    private const int MaxSilent = 5;
    private const int MaxSuspects = 10_000;

    /// <summary>
    /// Where nobody else is asked about, that much time without a response counts as one of the times, unless many go without: few
    /// questions cannot distinguish an outage from a person at whom the service hangs, and nobody should wait for that person for ever.
    /// </summary>
    private static readonly TimeSpan LongSilence = TimeSpan.FromMinutes(2);

    private static readonly CircuitBreakerSettings Settings = new(
        FailuresInARow: null, MinCalls: 10, Window: TimeSpan.FromSeconds(10), FirstPause: TimeSpan.FromSeconds(5), LongestPause: TimeSpan.FromSeconds(5), Probes: 1);

    private readonly UserServiceClient client;
    private readonly TenantId tenant;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly Lock sync = new();
    private readonly CircuitBreaker breaker;

    /// <summary>People about whom nothing was heard: how often, how many of the others had been answered by then, and when that was counted.</summary>
    private readonly ConcurrentDictionary<string, (int Times, long Answered, long At)> suspects = new(StringComparer.Ordinal);
    private long answered;

    public TenantQuestions(UserServiceClient client, TenantId tenant, int max, TimeProvider time, ILogger logger)
    {
        Turns = new SemaphoreSlim(max);
        (this.client, this.tenant, this.time, this.logger) = (client, tenant, time, logger);
        breaker = new CircuitBreaker(Settings, time);
    }

    /// <summary>No more of this tenant's are under way.</summary>
    public SemaphoreSlim Turns { get; }

    private bool IsOpen
    {
        get
        {
            lock (sync)
                return breaker.IsOpen;
        }
    }

    public void Dispose() => Turns.Dispose();

    public async Task<ProfileResponse> AskAsync(string userId)
    {
        if (!TryEnter(out var isProbe))
            return ProfileResponse.Unavailable.Down;
        var response = await AskOnceAsync(userId);
        // To refuse one person is a response.
        Leave(isProbe, response is ProfileResponse.Unavailable failed && failed != ProfileResponse.Unavailable.Refused);
        return response == ProfileResponse.Unavailable.Silent ? Silent(userId) : Answered(userId, response);
    }

    private async Task<ProfileResponse> AskOnceAsync(string userId)
    {
        try
        {
            return await client.AskAsync(tenant, userId, CancellationToken.None);
        }
#pragma warning disable CA1031 // whatever it was, a recipient is still without it, and many wait for this response
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.QuestionFailed(exception.GetType().Name);
            return ProfileResponse.Unavailable.Failed;
        }
    }

    private bool TryEnter(out bool isProbe)
    {
        lock (sync)
        {
            isProbe = breaker.IsOpen;
            return breaker.TryEnter();
        }
    }

    private void Leave(bool isProbe, bool hasFailed)
    {
        lock (sync)
        {
            // What was asked before it opened says nothing of now: one of many that still had a response would end the pause.
            if (breaker.IsOpen != isProbe)
                return;
            if (!hasFailed)
                breaker.Succeeded();
            else if (breaker.Failed())
                logger.LeftAlone(tenant);
            if (isProbe && !breaker.IsOpen)
                logger.RespondsAgain(tenant);
        }
    }

    private ProfileResponse Answered(string userId, ProfileResponse response)
    {
        suspects.TryRemove(userId, out _);
        if (response is not ProfileResponse.Unavailable)
            Interlocked.Increment(ref answered);
        return response;
    }

    /// <summary>Everybody waits for a service that is down; for one that only ever hangs at one person nobody waits for ever.</summary>
    private ProfileResponse.Unavailable Silent(string userId)
    {
        var others = Interlocked.Read(ref answered);
        if (suspects.Count >= MaxSuspects)
            suspects.Clear();
        var (now, isClosed) = (time.GetTimestamp(), !IsOpen);
        var (times, _, _) = suspects.AddOrUpdate(
            userId, (1, others, now), (_, before) => others > before.Answered || (isClosed && time.GetElapsedTime(before.At, now) >= LongSilence) ? (before.Times + 1, others, now) : before);
        return times >= MaxSilent ? ProfileResponse.Unavailable.Failed : ProfileResponse.Unavailable.Silent;
    }
}
