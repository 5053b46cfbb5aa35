using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Templates;
using NotificationService.Templates.History;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Templates;

/// <summary>What became of a template over time: who wrote which version, and in what two of them differ.</summary>
internal static class TemplateHistoryApi
{
    public static async Task<IResult> DiffAsync(string template, int a, int b, HttpContext context, TemplateQueries queries, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var resolved = query.Flag("resolved");
        if (query.Refusal() is { } refusal)
            return refusal;
        var tenant = context.Caller().Tenant;
        if (await queries.FindVersionAsync(tenant, template, a, cancellationToken) is not { Version: var from }
            || await queries.FindVersionAsync(tenant, template, b, cancellationToken) is not { Version: var to })
            return Problems.NotFound();
        var fields = TemplateDiff.Of(resolved ? from.Contents : from.Written, resolved ? to.Contents : to.Written);
        return JsonResponse.Of(
            new TemplateDiffResponse(
                a,
                b,
                from.Layout == to.Layout ? null : new LayoutDiff(from.Layout, to.Layout),
                [.. fields.Select(field => new FieldDiffItem(field.Channel, field.Locale, field.Field, field.Change, [.. field.Lines.Select(line => new DiffLineItem(Kind(line.Fate), line.Text))]))]),
            TemplatesJson.Default.TemplateDiffResponse);
    }

    /// <summary>The versions as they are answered, their authors by name.</summary>
    public static async Task<IEnumerable<TemplateVersionResponse>> NamedAsync(
        TenantId tenant, IReadOnlyList<TemplateDetails> versions, AuthorNames names, CancellationToken cancellationToken)
    {
        var known = await names.OfAsync(tenant, [.. versions.Select(each => each.Version.AuthorId).OfType<Guid>().Distinct()], cancellationToken);
        return versions.Select(TemplateResponses.Version)
            .Select(response => response.Author is { Id: { } id } author && known.TryGetValue(id, out var name) ? response with { Author = author with { Name = name } } : response);
    }

    private static string Kind(LineFate fate) => fate switch
    {
        LineFate.Removed => "removed",
        LineFate.Added => "added",
        _ => "same",
    };
}
