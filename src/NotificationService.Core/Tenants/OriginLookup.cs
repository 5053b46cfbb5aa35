using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>Whether any tenant lists an origin. Asked before a tenant is known; the database says yes or no and not who.</summary>
public sealed class OriginLookup(Database database)
{
    private static readonly Statement Listed = Statement.Load("tenants_list_origin");

    public async Task<bool> IsListedAsync(string origin, CancellationToken cancellationToken)
    {
        await using var command = Listed.With(Parameter.Of("origin", origin)).On(database.App);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
