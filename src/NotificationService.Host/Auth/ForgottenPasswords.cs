using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NotificationService.Host.Http;
using NotificationService.Queueing;
using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Users;

namespace NotificationService.Host.Auth;

/// <summary>
/// Sends people a link to choose a new password. Whoever asks is answered before anything is looked up, so that neither the text nor the time says whether
/// there is such an account. What waits here is lost with the process: the person asks again.
/// </summary>
public sealed class ForgottenPasswords : IAsyncDisposable
{
    public const string TooManyCode = "too_many_requests_for_passwords";
    private const int MaxOfNetwork = 20;
    private const int MaxWaiting = 1_000;

    private static readonly TimeSpan RecoversEvery = TimeSpan.FromSeconds(30);

    private readonly SignInLookup lookup;
    private readonly TenantStore store;
    private readonly AccountMail mail;
    private readonly AuditLog audit;
    private readonly FailureCounts? ofNetwork;
    private readonly Coalescer<Request, bool> waiting;

    public ForgottenPasswords(
        SignInLookup lookup, TenantStore store, AccountMail mail, AuditLog audit, IOptions<RateLimitOptions> limits, TimeProvider time, ILogger<ForgottenPasswords> log)
    {
        (this.lookup, this.store, this.mail, this.audit) = (lookup, store, mail, audit);
        ofNetwork = limits.Value.FailedSignInsPerMinute > 0 ? new FailureCounts(MaxOfNetwork, RecoversEvery, time) : null;
        waiting = new(new CoalescerOptions(Writers: 1, MaxWaiting, MaxBatch: 1, TimeSpan.Zero), time, SendAsync)
        {
            Posted = (_, _, failure) =>
            {
                if (failure is not null)
                    log.PasswordLinkFailed(Outage.Reason(failure));
            },
        };
    }

    private sealed record Request(string NormalizedEmail, string? TenantKey, string? Locale);

    /// <exception cref="ProblemException">Too many come from the network, or too many wait.</exception>
    public void Ask(SignInSource source, string email, string? tenantKey, string? locale)
    {
        if (ofNetwork?.TryCount(source.Network.ToString("n")) == false || !waiting.TryPost(new Request(IdentityUserStore.Normalize(email), tenantKey, locale)))
            throw new ProblemException(Problems.LimitReached(TooManyCode, $"{MaxOfNetwork} may ask in a row from one network address.", RecoversEvery));
    }

    public ValueTask DisposeAsync() => waiting.DisposeAsync();

    private async Task<IReadOnlyList<bool>> SendAsync(IReadOnlyList<Request> requests, CancellationToken cancellationToken)
    {
        foreach (var request in requests)
        {
            foreach (var tenant in await lookup.TenantsOfEmailAsync(request.NormalizedEmail, request.TenantKey, cancellationToken))
                await SendAsync(tenant, request, cancellationToken);
        }

        return new bool[requests.Count];
    }

    /// <summary>Only to who has an account that can be signed in to by a password.</summary>
    private Task<bool> SendAsync(TenantId tenant, Request request, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, cancellation) =>
        {
            var user = await db.Set<User>().AsNoTracking().SingleOrDefaultAsync(row => row.NormalizedEmail == request.NormalizedEmail, cancellation);
            if (user is not { DisabledAt: null, PasswordHash: not null }
                || !await mail.SendLinkAsync(db, user, OneTimeTokenKind.ResetPassword, email: null, request.Locale, cancellation))
                return false;
            audit.RecordSystem(db, tenant, "user.password_reset_asked", $"user/{user.Id}");
            await db.SaveChangesAsync(cancellation);
            return true;
        },
        cancellationToken);
}
