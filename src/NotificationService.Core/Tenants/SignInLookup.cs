using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Tenants;

/// <summary>The two questions that are asked before the tenant is known. The database answers with tenants and nothing else.</summary>
public sealed class SignInLookup(Database database)
{
    public async Task<TenantId?> TenantOfClientAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var command = database.App.CreateCommand("select notification_meta.tenant_of_client($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = clientId });
        return await command.ExecuteScalarAsync(cancellationToken) is Guid tenant ? new TenantId(tenant) : null;
    }

    /// <summary>The tenants in which the address is a user's, at most five: those where it signed in earliest, and last those where it never did.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsOfEmailAsync(string normalizedEmail, string? tenantKey, CancellationToken cancellationToken)
    {
        await using var command = database.App.CreateCommand("select notification_meta.tenants_of_email($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = normalizedEmail });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)tenantKey ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<TenantId>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(new TenantId(reader.GetGuid(0)));
        return tenants;
    }
}
