using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Tenants;
using Polly;
using Polly.CircuitBreaker;

namespace NotificationService.Recipients.UserService;

/// <summary>
/// What the user service says, asked as rarely as can be: an answer is good for minutes, callers who ask for the same person at once share one
/// question, a service that fails is left alone for seconds, and meanwhile what it said last is still good.
/// </summary>
public sealed class UserProfiles
{
    private readonly UserServiceClient client;
    private readonly UserServiceOptions options;
    private readonly ProfileCache cache;
    private readonly UserServiceMetrics metrics;
    private readonly ILogger logger;
    private readonly ResiliencePipeline<ProfileAnswer> breaker;
    private readonly ConcurrentDictionary<(TenantId, string), Lazy<Task<ProfileAnswer>>> asking = new();

    public UserProfiles(UserServiceClient client, UserServiceOptions options, UserServiceMetrics metrics, TimeProvider time, ILogger<UserProfiles> logger)
    {
        (this.client, this.options, this.metrics, this.logger) = (client, options, metrics, logger);
        cache = new ProfileCache(options.CacheSize, time);
        breaker = new ResiliencePipelineBuilder<ProfileAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ProfileAnswer>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is not null || outcome.Outcome.Result is ProfileAnswer.Unavailable),
                OnOpened = _ =>
                {
                    logger.LeftAlone();
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    logger.AnswersAgain();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public ValueTask<ProfileAnswer> FindAsync(TenantId tenant, string userId, CancellationToken cancellationToken)
    {
        var key = (tenant, userId);
        return cache.TryGet(key, out var answer, out var age) && age < GoodFor(answer) ? ValueTask.FromResult(answer) : new(AskAsync(key, cancellationToken));
    }

    /// <summary>Whoever gives up waiting leaves the question to the others.</summary>
    private async Task<ProfileAnswer> AskAsync((TenantId Tenant, string UserId) key, CancellationToken cancellationToken)
    {
        var question = asking.GetOrAdd(key, static (key, self) => new Lazy<Task<ProfileAnswer>>(() => Task.Run(() => self.AskOnceAsync(key))), this);
        return await question.Value.WaitAsync(cancellationToken);
    }

    private async Task<ProfileAnswer> AskOnceAsync((TenantId Tenant, string UserId) key)
    {
        try
        {
            var answer = await ThroughBreakerAsync(key);
            if (answer is not ProfileAnswer.Unavailable)
            {
                cache.Put(key, answer);
                metrics.Answered(answer is ProfileAnswer.Known ? "found" : "not_found");
                return answer;
            }

            if (cache.TryGet(key, out var before, out var age) && age < GoodFor(before) + options.StaleFor)
            {
                metrics.Answered("stale");
                return before;
            }

            metrics.Answered("failed");
            return answer;
        }
        finally
        {
            asking.TryRemove(key, out _);
        }
    }

    private async Task<ProfileAnswer> ThroughBreakerAsync((TenantId Tenant, string UserId) key)
    {
        try
        {
            return await breaker.ExecuteAsync(
                static async (state, cancellationToken) => await state.client.AskAsync(state.key.Tenant, state.key.UserId, cancellationToken), (client, key), CancellationToken.None);
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

    private TimeSpan GoodFor(ProfileAnswer answer) => answer is ProfileAnswer.Known ? options.CacheFor : options.CacheUnknownFor;
}
