using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// The only way across tenants for somebody of the platform: explicit, for a reason and a time, entered in the log of both tenants. Nothing is stored but
/// that: an elevation is a token, and it is good as long as the sign-in that asked for it.
/// </summary>
public sealed class Elevations(TenantStore store, TenantSettingsStore settings, Database database, AuditLog audit, TimeProvider time)
{
    public const int MaxMinutes = 60;

    private static readonly Statement IsAlive = Statement.Load("refresh_tokens_is_alive");
    private static readonly Column Alive = IsAlive.Column("is_alive");

    /// <summary>Enters it in both logs. False: there is no such tenant, or the sign-in has ended.</summary>
    public async Task<bool> BeginAsync(Caller caller, Guid signIn, TenantId tenant, string reason, int minutes, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync(tenant, cancellationToken) is null || !await IsGoodAsync(caller.Id, new Elevation(caller.Tenant, signIn), cancellationToken))
            return false;
        return await store.RunAsync(
            tenant,
            async (db, token) =>
            {
                await BothLogs.RecordAsync(
                    audit, db, caller, tenant, "tenant.elevated",
                    new() { ["reason"] = reason, ["minutes"] = minutes.ToString(System.Globalization.CultureInfo.InvariantCulture) }, token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Whether the sign-in goes on, and its person still looks after the platform and is not disabled.</summary>
    public async Task<bool> IsGoodAsync(Guid user, Elevation elevation, CancellationToken cancellationToken)
    {
        var isGood = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            elevation.Home,
            IsAlive.With(
                Parameter.Of("tenant", elevation.Home.Value), Parameter.Of("sign_in", elevation.SignIn), Parameter.Of("user", user), Parameter.Of("role", UserRoles.PlatformAdmin),
                Parameter.Of("now", time.GetUtcNow())));
        await batch.CommitAsync(row => isGood = row.GetBoolean(Alive), cancellationToken);
        return isGood;
    }
}
