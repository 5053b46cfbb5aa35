using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>
/// What the user service says, asked as rarely as can be: a response is good for minutes, callers who ask for the same person at once share one
/// question, no more are under way than it was said to bear, a service that fails a tenant is left alone for seconds, and meanwhile what it said last
/// is still good.
/// </summary>
public sealed class UserProfiles : IDisposable
{
    /// <summary>What is remembered takes no more memory than that, however much the responses say.</summary>
    private const long MaxCached = 64 << 20;

    /// <summary>Tenants whose questions are looked after at once; a few kilobytes each.</summary>
    private const int MaxTenants = 1_000;

    private readonly UserServiceOptions options;
    private readonly ProfileCache cache;
    private readonly UserServiceMetrics metrics;

    /// <summary>What a question takes counts from when it is asked: many at once must not make it look slow.</summary>
    private readonly SemaphoreSlim turns;

    /// <summary>A service that does not want to hear of one tenant may well answer another.</summary>
    private readonly AskedTenants tenants;
    private readonly ConcurrentDictionary<(TenantId, string), Lazy<Task<ProfileResponse>>> asking = new();

    public UserProfiles(UserServiceClient client, UserServiceOptions options, UserServiceMetrics metrics, TimeProvider time, ILogger<UserProfiles> logger)
    {
        (this.options, this.metrics) = (options, metrics);
        cache = new ProfileCache(options.CacheSize, MaxCached, time);
        turns = new SemaphoreSlim(options.Concurrency);
        tenants = new AskedTenants(MaxTenants, tenant => new TenantQuestions(client, tenant, options.ConcurrencyOfTenant, time, logger), time);
    }

    /// <summary>Of how many tenants something is remembered besides the responses; bounded.</summary>
    public int TenantsRemembered => tenants.Count;

    public ValueTask<ProfileResponse> FindAsync(TenantId tenant, string userId, CancellationToken cancellationToken)
    {
        var key = (tenant, userId);
        return cache.TryGet(key, out var response, out var age) && age < GoodFor(response) ? ValueTask.FromResult(response) : new(AskAsync(key, cancellationToken));
    }

    public void Dispose()
    {
        tenants.Dispose();
        turns.Dispose();
    }

    /// <summary>Whoever gives up waiting leaves the question to the others.</summary>
    private async Task<ProfileResponse> AskAsync((TenantId Tenant, string UserId) key, CancellationToken cancellationToken)
    {
        var question = asking.GetOrAdd(key, static (key, self) => new Lazy<Task<ProfileResponse>>(() => Task.Run(() => self.AskOnceAsync(key))), this);
        return await question.Value.WaitAsync(cancellationToken);
    }

    private async Task<ProfileResponse> AskOnceAsync((TenantId Tenant, string UserId) key)
    {
        try
        {
            var response = await InTurnAsync(key);
            if (response is not ProfileResponse.Unavailable)
            {
                cache.Put(key, response);
                metrics.Answered(response is ProfileResponse.Known ? "found" : "not_found");
                return response;
            }

            if (cache.TryGet(key, out var before, out var age) && age < GoodFor(before) + options.StaleFor)
            {
                metrics.Answered("stale");
                return before;
            }

            metrics.Answered("failed");
            return response;
        }
        finally
        {
            asking.TryRemove(key, out _);
        }
    }

    private async Task<ProfileResponse> InTurnAsync((TenantId Tenant, string UserId) key)
    {
        var questions = tenants.Enter(key.Tenant);
        try
        {
            return await InTurnAsync(questions, key.UserId);
        }
        finally
        {
            tenants.Leave(key.Tenant);
        }
    }

    private async Task<ProfileResponse> InTurnAsync(TenantQuestions questions, string userId)
    {
        // First its tenant's turn: who waits for that keeps nobody else's.
        await questions.Turns.WaitAsync();
        try
        {
            await turns.WaitAsync();
            try
            {
                return await questions.AskAsync(userId);
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            questions.Turns.Release();
        }
    }

    private TimeSpan GoodFor(ProfileResponse response) => response is ProfileResponse.Known ? options.CacheFor : options.CacheUnknownFor;
}
