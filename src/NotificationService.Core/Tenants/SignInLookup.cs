using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>The questions that are asked before the tenant is known. The database answers with tenants and nothing else.</summary>
public sealed class SignInLookup(Database database)
{
    private static readonly Statement OfClient = Statement.Load("tenants_of_client");
    private static readonly Statement OfEmail = Statement.Load("tenants_of_email");
    private static readonly Statement Named = Statement.Load("tenants_named");
    private static readonly Column Tenant = OfEmail.Column("tenant_id");

    public async Task<TenantId?> TenantOfClientAsync(string clientId, CancellationToken cancellationToken)
    {
        await using var command = OfClient.With(Parameter.Of("client", clientId)).On(database.App);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid tenant ? new TenantId(tenant) : null;
    }

    /// <summary>The tenant of that key or id.</summary>
    public async Task<TenantId?> TenantNamedAsync(string keyOrId, CancellationToken cancellationToken)
    {
        await using var command = Named.With(Parameter.Of("key", keyOrId)).On(database.App);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid tenant ? new TenantId(tenant) : null;
    }

    /// <summary>The tenants in which the address is a user's, at most five: those where it signed in earliest, and last those where it never did.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsOfEmailAsync(string normalizedEmail, string? tenantKey, CancellationToken cancellationToken)
    {
        await using var command = OfEmail.With(Parameter.Of("email", normalizedEmail), Parameter.OrNull("tenant_key", tenantKey)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<TenantId>();
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(new TenantId(reader.GetGuid(Tenant)));
        return tenants;
    }
}
