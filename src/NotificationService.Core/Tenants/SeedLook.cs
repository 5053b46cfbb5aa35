using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Whether a tenant has all of a seed, in one statement. To add it part by part, each of which finds that it is there, takes most of a second of processor
/// time: transactions, templates that are compiled, inserts that are refused.
/// </summary>
public sealed class SeedLook(Database database)
{
    private static readonly Statement Seeded = Statement.Load("tenants_seeded");
    private static readonly Column IsSeeded = Seeded.Column("is_seeded");

    public async Task<bool> HasAllAsync(TenantId tenant, SeedNames seed, CancellationToken cancellationToken)
    {
        var isSeeded = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant,
            Seeded.With(
                Parameter.Of("tenant", tenant.Value),
                Parameter.Of<string[]>("client_ids", [.. seed.ClientIds]),
                Parameter.Of<string[]>("emails", [.. seed.NormalizedEmails]),
                Parameter.Of<string[]>("templates", [.. seed.TemplateKeys]),
                Parameter.Of<short[]>("channels", [.. seed.Providers.Select(provider => provider.Channel)]),
                Parameter.Of<string[]>("providers", [.. seed.Providers.Select(provider => provider.Name)])));
        await batch.CommitAsync(row => isSeeded = row.GetBoolean(IsSeeded), cancellationToken);
        return isSeeded;
    }
}

/// <summary>What a seed adds, by name.</summary>
public sealed record SeedNames(
    IReadOnlyList<string> ClientIds, IReadOnlyList<string> NormalizedEmails, IReadOnlyList<string> TemplateKeys, IReadOnlyList<(short Channel, string Name)> Providers);
