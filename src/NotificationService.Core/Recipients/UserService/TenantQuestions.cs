using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Tenants;
using Polly;
using Polly.CircuitBreaker;

namespace NotificationService.Recipients.UserService;

/// <summary>One tenant's questions to the user service: left alone for seconds when half of them fail.</summary>
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

    private readonly UserServiceClient client;
    private readonly TenantId tenant;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline<ProfileResponse> breaker;
    private readonly CircuitBreakerStateProvider state = new();

    /// <summary>People about whom nothing was heard: how often, how many of the others had been answered by then, and when that was counted.</summary>
    private readonly ConcurrentDictionary<string, (int Times, long Answered, long At)> suspects = new(StringComparer.Ordinal);
    private long answered;

    public TenantQuestions(UserServiceClient client, TenantId tenant, int max, TimeProvider time, ILogger logger)
    {
        Turns = new SemaphoreSlim(max);
        (this.client, this.tenant, this.time, this.logger) = (client, tenant, time, logger);
        breaker = new ResiliencePipelineBuilder<ProfileResponse> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ProfileResponse>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                StateProvider = state,
                // To refuse one person is a response.
                ShouldHandle = static outcome => ValueTask.FromResult(
                    outcome.Outcome.Exception is not null || (outcome.Outcome.Result is ProfileResponse.Unavailable failed && failed != ProfileResponse.Unavailable.Refused)),
                OnOpened = _ =>
                {
                    logger.LeftAlone(tenant);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    logger.RespondsAgain(tenant);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>No more of this tenant's are under way.</summary>
    public SemaphoreSlim Turns { get; }

    public void Dispose() => Turns.Dispose();

    public async Task<ProfileResponse> AskAsync(string userId)
    {
        try
        {
            var response = await breaker.ExecuteAsync(
                static async (state, cancellationToken) => await state.client.AskAsync(state.tenant, state.userId, cancellationToken), (client, tenant, userId), CancellationToken.None);
            return response == ProfileResponse.Unavailable.Silent ? Silent(userId) : Answered(userId, response);
        }
        catch (BrokenCircuitException)
        {
            return ProfileResponse.Unavailable.Down;
        }
#pragma warning disable CA1031 // whatever it was, a recipient is still without it, and many wait for this response
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.QuestionFailed(exception.GetType().Name);
            return ProfileResponse.Unavailable.Failed;
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
        var (now, isClosed) = (time.GetTimestamp(), state.CircuitState == CircuitState.Closed);
        var (times, _, _) = suspects.AddOrUpdate(
            userId, (1, others, now), (_, before) => others > before.Answered || (isClosed && time.GetElapsedTime(before.At, now) >= LongSilence) ? (before.Times + 1, others, now) : before);
        return times >= MaxSilent ? ProfileResponse.Unavailable.Failed : ProfileResponse.Unavailable.Silent;
    }
}
