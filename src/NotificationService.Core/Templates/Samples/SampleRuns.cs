using NotificationService.Tenants;

namespace NotificationService.Templates.Samples;

/// <summary>Renders a version's samples beside what is published now, with the tenant's brand.</summary>
public sealed class SampleRuns(TemplateQueries queries, TenantSettingsCache tenants, TimeProvider time)
{
    /// <param name="tenant">Whose it is.</param>
    /// <param name="idOrKey">The template.</param>
    /// <param name="version">With the contents that are to be rendered, layout and partials in them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Nothing where there are no samples, or where the version cannot be compiled.</returns>
    public async Task<IReadOnlyList<SampleResult>> RunAsync(TenantId tenant, string idOrKey, TemplateVersion version, CancellationToken cancellationToken)
    {
        if (version.Samples is null)
            return [];
        var published = await queries.FindPublishedAsync(tenant, idOrKey, cancellationToken);
        var brand = BrandModel.Of((await tenants.GetAsync(tenant, cancellationToken)).Brand);
        return await SampleRendering.RunAsync(version, published?.Version, brand, time.GetUtcNow(), cancellationToken);
    }
}
