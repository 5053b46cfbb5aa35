using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Entries of the audit log about what anybody can bring about as often as he likes: failed sign-ins, and tokens that service accounts ask for. They are
/// written a moment later, so that a failure takes as long for an account that there is as for one that there is not. Of one account a few an hour are
/// written, and how many more there were; so of one tenant. What a process has not written when it ends is lost.
/// </summary>
public sealed class SignInRecords(TenantStore store, AuditLog audit, TimeProvider time)
{
    public const int FailuresOfAccount = 5;
    public const int FailuresOfTenant = 200;

    private const int MaxWindows = 20_000;
    private const int MaxPending = 20_000;
    private const string Failed = "sign_in.failed";
    private const string Issued = "token.issued";

    private static readonly TimeSpan WindowLength = TimeSpan.FromHours(1);

    private readonly Lock access = new();
    private readonly Dictionary<(TenantId Tenant, string Action, string Target), Window> windows = [];
    private readonly List<Pending> pending = [];

    /// <summary>Somebody did not know this person's password, or this account's secret, or may not use it.</summary>
    /// <param name="tenant">The account's.</param>
    /// <param name="target">Such as <c>user/…</c>.</param>
    public void NoteFailure(TenantId tenant, string target)
    {
        lock (access)
        {
            if (IsTaken((tenant, Failed, target), FailuresOfAccount) && IsTaken((tenant, Failed, "all accounts"), FailuresOfTenant))
                pending.Add(new Pending(AuditActor.System(tenant), Failed, target, RequestOrigin.Current, More: null));
        }
    }

    /// <summary>A service account was given a token: the first of each hour is written.</summary>
    public void NoteToken(ServiceAccount account)
    {
        var target = $"service-account/{account.Id}";
        lock (access)
        {
            if (IsTaken((account.TenantId, Issued, target), 1))
                pending.Add(new Pending(AuditActor.Of(account), Issued, target, RequestOrigin.Current, More: null));
        }
    }

    /// <summary>Writes what has been noted, and of the hours that have ended how many more there were.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        Pending[] taken;
        lock (access)
        {
            EndWindows();
            taken = [.. pending];
            pending.Clear();
        }

        for (var written = 0; written < taken.Length;)
        {
            var tenant = taken[written].Actor.Tenant;
            Pending[] together = [.. taken[written..].TakeWhile(entry => entry.Actor.Tenant == tenant)];
            try
            {
                await WriteAsync(tenant, together, cancellationToken);
            }
            catch (Exception exception) when (!DatabaseFailures.Of(exception).IsOfWhatItWasGiven())
            {
                lock (access)
                    pending.AddRange(taken[written..]);
                throw;
            }
            catch (DbUpdateException)
            {
                // The tenant is gone. The others' are written.
            }

            written += together.Length;
        }
    }

    private Task<int> WriteAsync(TenantId tenant, Pending[] entries, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        (db, token) =>
        {
            foreach (var entry in entries)
            {
                RequestOrigin.Current = entry.Origin;
                audit.Record(db, entry.Actor, entry.Action, entry.Target, before: null, entry.More is { } more ? new AuditFields().Number("more", more) : null);
            }

            RequestOrigin.Current = null;
            return db.SaveChangesAsync(token);
        },
        cancellationToken);

    /// <summary>Whether it is written by itself; else it is counted.</summary>
    private bool IsTaken((TenantId, string, string) key, int max)
    {
        if (!windows.TryGetValue(key, out var window))
        {
            if (windows.Count >= MaxWindows)
                return false;
            windows[key] = window = new Window(time.GetUtcNow());
        }

        if (window.Recorded < max && pending.Count < MaxPending)
        {
            window.Recorded++;
            return true;
        }

        window.More++;
        return false;
    }

    private void EndWindows()
    {
        var now = time.GetUtcNow();
        foreach (var (key, window) in windows.Where(entry => now - entry.Value.Began >= WindowLength).ToList())
        {
            windows.Remove(key);
            if (window.More > 0)
                pending.Add(new Pending(AuditActor.System(key.Tenant), key.Action, key.Target, Origin: null, window.More));
        }
    }

    private sealed class Window(DateTimeOffset began)
    {
        public DateTimeOffset Began => began;

        public int Recorded { get; set; }

        public long More { get; set; }
    }

    private sealed record Pending(AuditActor Actor, string Action, string Target, RequestOrigin? Origin, long? More);
}
