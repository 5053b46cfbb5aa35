using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;

namespace NotificationService.Host.Api.Templates;

/// <summary>Which templates a layout or partial is in, and publishing them again after it changed.</summary>
internal static class FragmentUsageApi
{
    public static async Task<IResult> ListAsync(FragmentKind kind, string key, HttpContext context, FragmentUsage usage, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (outdated, paging) = (query.Flag("outdated"), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        if (!FragmentKey.IsValid(key) || await usage.ListAsync(context.Caller().Tenant, kind, key, outdated, paging.Offset, paging.Limit, cancellationToken) is not ({ } items, var total, _))
            return Problems.NotFound();
        return JsonResponse.Of(
            paging.Numbered<FragmentUseItem>([.. items.Select(use => new FragmentUseItem(use.Template, use.Name, use.Version, use.IsOutdated))], total),
            FragmentsJson.Default.PageFragmentUseItem);
    }

    public static async Task<IResult> RepublishAsync(
        FragmentKind kind, string key, HttpContext context, TemplateRepublisher republisher, FragmentUsage usage, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadOptionalAsync(context.Request, FragmentsJson.Default.RepublishRequest, cancellationToken))?.Value ?? new RepublishRequest();
        List<FieldError> errors = [.. TemplateResponses.Check(layout: null, body.Note)];
        if (body.Templates?.Count > TemplateRepublisher.MaxTemplates)
            errors.Add(new("/templates", "too_many", $"At most {TemplateRepublisher.MaxTemplates} templates are published by one call."));
        foreach (var (index, template) in (body.Templates ?? []).Take(TemplateRepublisher.MaxTemplates).Index())
        {
            if (!TemplateKey.IsValid(template))
                errors.Add(new($"/templates/{index}", "key_invalid", $"A key is made of {TemplateKey.Rule}."));
        }

        if (errors.Count > 0)
            return Problems.Validation(errors);
        var caller = context.Caller();
        if (!FragmentKey.IsValid(key) || await republisher.RunAsync(caller, kind, key, body.Templates, body.Note, cancellationToken) is not { } results)
            return Problems.NotFound();
        var remaining = await usage.ListAsync(caller.Tenant, kind, key, onlyOutdated: true, 0, 1, cancellationToken) is (_, _, var outdated) ? outdated : 0;
        return JsonResponse.Of(
            new RepublishResponse(
                [.. results.Select(result => new RepublishedItem(
                    result.Template, result.Status, result.Version, result.Issues.Count == 0 ? null : [.. result.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]))],
                remaining),
            FragmentsJson.Default.RepublishResponse);
    }
}
