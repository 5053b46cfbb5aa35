using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Tenants;
using Polly;
using Polly.CircuitBreaker;

namespace NotificationService.Recipients.UserService;

/// <summary>One tenant's questions to the user service: left alone for seconds when half of them fail.</summary>
internal sealed class TenantQuestions
{
    /// <summary>So often one person may go without an answer while others have theirs, before it is taken for theirs alone.</summary>
    private const int MostSilent = 5;
    private const int MostSuspects = 10_000;

    private readonly UserServiceClient client;
    private readonly TenantId tenant;
    private readonly ILogger logger;
    private readonly ResiliencePipeline<ProfileAnswer> breaker;

    /// <summary>People about whom nothing was heard: how often, and how many of the others had been answered by then.</summary>
    private readonly ConcurrentDictionary<string, (int Times, long Answered)> suspects = new(StringComparer.Ordinal);
    private long answered;

    public TenantQuestions(UserServiceClient client, TenantId tenant, TimeProvider time, ILogger logger)
    {
        (this.client, this.tenant, this.logger) = (client, tenant, logger);
        breaker = new ResiliencePipelineBuilder<ProfileAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ProfileAnswer>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                // To refuse one person is an answer.
                ShouldHandle = static outcome => ValueTask.FromResult(
                    outcome.Outcome.Exception is not null || (outcome.Outcome.Result is ProfileAnswer.Unavailable failed && failed != ProfileAnswer.Unavailable.Refused)),
                OnOpened = _ =>
                {
                    logger.LeftAlone(tenant);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    logger.AnswersAgain(tenant);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public async Task<ProfileAnswer> AskAsync(string userId)
    {
        try
        {
            var answer = await breaker.ExecuteAsync(
                static async (state, cancellationToken) => await state.client.AskAsync(state.tenant, state.userId, cancellationToken), (client, tenant, userId), CancellationToken.None);
            return answer == ProfileAnswer.Unavailable.Silent ? Silent(userId) : Answered(userId, answer);
        }
        catch (BrokenCircuitException)
        {
            return ProfileAnswer.Unavailable.Down;
        }
#pragma warning disable CA1031 // whatever it was, a recipient is still without it, and many wait for this answer
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.QuestionFailed(exception.GetType().Name);
            return ProfileAnswer.Unavailable.Failed;
        }
    }

    private ProfileAnswer Answered(string userId, ProfileAnswer answer)
    {
        suspects.TryRemove(userId, out _);
        if (answer is not ProfileAnswer.Unavailable)
            Interlocked.Increment(ref answered);
        return answer;
    }

    /// <summary>Everybody waits for a service that is down; for one that only ever hangs at one person nobody waits for ever.</summary>
    private ProfileAnswer.Unavailable Silent(string userId)
    {
        var others = Interlocked.Read(ref answered);
        if (suspects.Count >= MostSuspects)
            suspects.Clear();
        var (times, _) = suspects.AddOrUpdate(userId, (1, others), (_, before) => others > before.Answered ? (before.Times + 1, others) : before);
        return times >= MostSilent ? ProfileAnswer.Unavailable.Failed : ProfileAnswer.Unavailable.Silent;
    }
}
