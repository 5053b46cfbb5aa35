using Microsoft.EntityFrameworkCore;
using NotificationService.Categories;
using NotificationService.Recipients.Preferences;
using NotificationService.Storage;

namespace NotificationService.Recipients;

/// <summary>What whoever reads at an address has chosen not to be sent there, as they read and change it by a link of <see cref="OptOutLinks"/>.</summary>
public sealed class AddressChoices(TenantStore store, ObjectingTenants tenants, Ids ids, TimeProvider time)
{
    /// <summary>Categories that one page offers: marketing first, then by key.</summary>
    public const int MaxCategories = 200;

    private const int MaxTries = 5;

    public Task<ChosenByAddress> FindAsync(OptOutLink link, CancellationToken cancellationToken) => store.RunAsync(link.Tenant, (db, token) => FindAsync(db, link, token), cancellationToken);

    /// <summary>Stops some scopes and takes others back: those that the page offers, and no other. What is so already is left as it is. Dies before the commit: nothing has changed.</summary>
    /// <param name="link">Whose choice it is.</param>
    /// <param name="stop">Scopes that are not to be sent any more.</param>
    /// <param name="resume">Scopes that may be sent again.</param>
    /// <param name="source">How it was said, at most 100 characters: it is kept with the time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ChosenByAddress> SaveAsync(OptOutLink link, IReadOnlyCollection<string> stop, IReadOnlyCollection<string> resume, string source, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var chosen = await store.RunAsync(link.Tenant, (db, token) => SaveAsync(db, link, stop, resume, source, token), cancellationToken);
                tenants.Forget(link.Tenant);
                return chosen;
            }
            catch (DbUpdateException failure) when (attempt < MaxTries && DatabaseFailures.Of(failure) == DatabaseFailure.BadData)
            {
                // Somebody said the same at the same moment: looked at again, it is there.
            }
        }
    }

    private async Task<ChosenByAddress> SaveAsync(
        NotificationDbContext db, OptOutLink link, IReadOnlyCollection<string> stop, IReadOnlyCollection<string> resume, string source, CancellationToken cancellationToken)
    {
        var chosen = await FindAsync(db, link, cancellationToken);
        var now = time.GetUtcNow();
        var rows = (await RowsAsync(db, link, cancellationToken)).Where(row => row.Reason == SuppressionReason.Unsubscribe).ToDictionary(row => row.Scope, StringComparer.Ordinal);
        foreach (var scope in stop.Where(chosen.IsOffered).Except(chosen.Stopped, StringComparer.Ordinal))
        {
            if (!rows.TryGetValue(scope, out var row))
            {
                row = new Suppression { Id = ids.Next(), TenantId = link.Tenant, Channel = link.Channel, Address = link.Address, Reason = SuppressionReason.Unsubscribe, Scope = scope, CreatedAt = now };
                db.Add(row);
            }

            (row.CreatedAt, row.ExpiresAt, row.Code) = (now, null, source);
        }

        foreach (var scope in resume.Where(scope => chosen.IsOffered(scope) && chosen.Stopped.Contains(scope)))
        {
            // It stands as taken back, so that an older report which comes later does not bring it to life again.
            if (rows.TryGetValue(scope, out var row))
                (row.CreatedAt, row.ExpiresAt, row.Code) = (now, now, source);
        }

        if (db.ChangeTracker.HasChanges())
            await db.SaveChangesAsync(cancellationToken);
        return await FindAsync(db, link, cancellationToken);
    }

    private async Task<ChosenByAddress> FindAsync(NotificationDbContext db, OptOutLink link, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var categories = await db.Set<CategoryRow>().AsNoTracking().OrderByDescending(row => row.Marketing).ThenBy(row => row.Key).Take(MaxCategories).ToListAsync(cancellationToken);
        // One that the link is of is offered, whether or not it is still there.
        if (link.Category is { } key && !categories.Exists(row => row.Key == key))
            categories.AddRange(await db.Set<CategoryRow>().AsNoTracking().Where(row => row.Key == key).ToListAsync(cancellationToken));
        var rows = (await RowsAsync(db, link, cancellationToken)).Where(row => row.ExpiresAt is null || row.ExpiresAt > now).ToList();
        return new ChosenByAddress(
            link, [.. categories.Select(row => row.ToCategory())],
            rows.Where(row => row.Reason == SuppressionReason.Unsubscribe).Select(row => row.Scope).ToHashSet(StringComparer.Ordinal),
            rows.Where(row => row.Reason != SuppressionReason.Unsubscribe).Select(row => row.Scope).ToHashSet(StringComparer.Ordinal));
    }

    private static async Task<List<Suppression>> RowsAsync(NotificationDbContext db, OptOutLink link, CancellationToken cancellationToken)
    {
        // Asked for beforehand: under row level security only what cannot leak is looked up in an index.
        var key = await db.Database.SqlQuery<Guid>($"select md5({link.Address})::uuid as \"Value\"").SingleAsync(cancellationToken);
        return await db.Set<Suppression>().FromSql(
            $"""
            select * from suppressions
            where channel = {(short)link.Channel} and address_key = {key} and address = {link.Address}
            offset 0
            """).ToListAsync(cancellationToken);
    }
}

/// <summary>What is not sent to an address, as of one moment.</summary>
/// <param name="Link">By which it was asked.</param>
/// <param name="Categories">What can be chosen of, what is always sent among them.</param>
/// <param name="Stopped">Scopes that whoever reads there has left.</param>
/// <param name="Blocked">Scopes that the tenant or a provider has stopped: they are not for whoever reads there to take back.</param>
public sealed record ChosenByAddress(OptOutLink Link, IReadOnlyList<Category> Categories, IReadOnlySet<string> Stopped, IReadOnlySet<string> Blocked)
{
    /// <summary>Nothing but what is critical is sent, or not even that, whatever is chosen of the rest.</summary>
    public bool IsOfEverything => Stopped.Concat(Blocked).Any(scope => scope == SuppressionScopes.All || scope.StartsWith(SuppressionScopes.OfVendorGroup, StringComparison.Ordinal));

    /// <summary>Whether it may be stopped and taken back by the link.</summary>
    public bool IsOffered(string scope) => scope == SuppressionScopes.Marketing || scope == Link.Scope
        || (OptOuts.CategoryOf(scope) is { } key && Categories.Any(category => category.Key == key && !category.Says.Critical));

    public override string ToString() => "choices of an address";
}
