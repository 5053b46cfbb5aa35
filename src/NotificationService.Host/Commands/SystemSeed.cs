using Microsoft.EntityFrameworkCore;
using NotificationService.Channels;
using NotificationService.Notices;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Host.Commands;

/// <summary>
/// The tenant system with its providers and templates, in every database. Only what is missing is added, in one transaction, so it may run at every start
/// and on several nodes at once, and looks once whether anything is.
/// </summary>
public sealed class SystemSeed(TenantStore store, SeedLook look, TemplateSeed templates, ProvidersSeed providers, AuditLog audit, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await look.HasAllAsync(SystemTenant.Id, new SeedNames([], [], SystemTemplates.All, ProvidersSeed.Names), cancellationToken))
            return;
        await store.RunAsync(
            SystemTenant.Id,
            async (db, cancellation) =>
            {
                // One seeder at a time; the second finds what the first has added.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(520093699)", cancellation);
                if (!await db.Set<Tenant>().AnyAsync(cancellation))
                {
                    db.Add(new Tenant { TenantId = SystemTenant.Id, Key = SystemTenant.Key, Name = SystemTenant.Name, CreatedAt = time.GetUtcNow() });
                    audit.RecordSystem(db, SystemTenant.Id, "seed.added", $"tenant/{SystemTenant.Key}", new Dictionary<string, string> { ["key"] = SystemTenant.Key, ["name"] = SystemTenant.Name });
                    await db.SaveChangesAsync(cancellation);
                }

                await providers.AddAsync(db, SystemTenant.Id, cancellation);
                await templates.AddAsync(db, SystemTenant.Id, TemplateSeed.SystemTemplates(), cancellation);
                return 0;
            },
            cancellationToken);
    }
}
