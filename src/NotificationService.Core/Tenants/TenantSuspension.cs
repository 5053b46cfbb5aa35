using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>
/// Suspends tenants and resumes them, by somebody of another tenant who looks after all of them. What is done is entered in both tenants' logs, in the
/// transaction in which it is done.
/// </summary>
public sealed class TenantSuspension(TenantStore store, TenantSettingsStore settings, TenantSettingsCache cache, SuspendedTenants suspended, AuditLog audit)
{
    public const int LongestReason = 500;

    private static readonly Statement Suspend = Statement.Load("tenants_suspend");
    private static readonly Statement Resume = Statement.Load("tenants_resume");

    /// <summary>Null: there is no such tenant.</summary>
    public Task<TenantSettings?> SuspendAsync(Caller caller, TenantId tenant, string reason, CancellationToken cancellationToken) =>
        ChangeAsync(caller, tenant, Suspend.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("reason", reason)), "tenant.suspended", new() { ["reason"] = reason }, cancellationToken);

    /// <summary>As above. To resume one that is not suspended changes nothing.</summary>
    public Task<TenantSettings?> ResumeAsync(Caller caller, TenantId tenant, CancellationToken cancellationToken) =>
        ChangeAsync(caller, tenant, Resume.With(Parameter.Of("tenant", tenant.Value)), "tenant.resumed", [], cancellationToken);

    private async Task<TenantSettings?> ChangeAsync(Caller caller, TenantId tenant, BoundStatement change, string action, Dictionary<string, string> detail, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync(tenant, cancellationToken) is null)
            return null;
        await store.RunAsync(
            tenant,
            async (db, token) =>
            {
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                await using (var command = change.On(connection))
                {
                    if (await command.ExecuteNonQueryAsync(token) == 0)
                        return false;
                }

                await BothLogs.RecordAsync(audit, db, caller, tenant, action, detail, token);
                return true;
            },
            cancellationToken);
        cache.Forget(tenant);
        await suspended.RefreshAsync(cancellationToken);
        return await settings.FindAsync(tenant, cancellationToken);
    }
}
