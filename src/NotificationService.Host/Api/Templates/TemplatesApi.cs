using System.Text;
using NotificationService.Channels;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Templates;
using NotificationService.Templates.History;
using NotificationService.Templates.Samples;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Templates;

/// <summary>Templates by hand: drafts, versions, publishing, preview. A template is named by its id or its key.</summary>
public static class TemplatesApi
{
    private const string Contents = """{"email":{"en":{"subject":"Your order {{orderId}}","html":"<p>Hello {{recipient.name}}</p>"}}}""";
    private const string Example = """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","key":"order-shipped","name":"Order shipped","category":"shipping","version":1,"status":"draft","channels":["email"],"contents":{"email":{"en":{"subject":"Your order {{orderId}}","html":"<p>Hello {{recipient.name}}</p>"}}},"variables":{"email":["orderId"]},"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    public static RouteGroupBuilder MapTemplates(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/templates").WithTags("Templates").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("List templates", $"By key. Of more than {PageRequest.Reach} templates the first {PageRequest.Reach} are listed and searched, and totalIsExact is false; each of them can be read by its key.")
            .QueryPaging().Query("search", "A text in the key or name.").Query("category", "Only of this category.")
            .Responds<Page<TemplateSummary>>(200, """{"items":[],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":0,"totalIsExact":true,"totalPages":0}}""");
        group.MapPost("/", CreateAsync).Documented("Create a template", "As draft version 1; publish it to send with it.")
            .Takes<CreateTemplateRequest>($$$"""{"key":"order-shipped","name":"Order shipped","category":"shipping","contents":{{{Contents}}}}""")
            .Responds<TemplateResponse>(201, Example);
        group.MapTemplateFiles();
        group.MapGet("/{template}", GetAsync).Documented("Get a template with its newest version").Responds<TemplateResponse>(200, Example);
        group.MapPut("/{template}", UpdateAsync).Documented("Change a template", "Contents go into the draft; if the newest version is published, a new draft is made.")
            .Takes<UpdateTemplateRequest>($$$"""{"contents":{{{Contents}}}}""").Responds<TemplateResponse>(200, Example);
        group.MapDelete("/{template}", DeleteAsync).Documented("Take a template out of use", "What was accepted with it is still sent.").RespondsNoContent();
        group.MapGet("/{template}/versions", ListVersionsAsync).Documented("List a template's versions, newest first").QueryPaging()
            .Responds<Page<TemplateVersionResponse>>(200, """{"items":[],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":0,"totalIsExact":true,"totalPages":0}}""");
        group.MapGet("/{template}/versions/{version:int}", GetVersionAsync).Documented("Get one version")
            .Responds<TemplateVersionResponse>(200, """{"version":1,"status":"published","channels":["sms"],"contents":{"sms":{"en":{"text":"Hi"}}},"createdAt":"2026-11-21T09:00:00.000000Z","publishedAt":"2026-11-21T09:01:00.000000Z"}""");
        group.MapGet("/{template}/versions/{a:int}/diff/{b:int}", TemplateHistoryApi.DiffAsync)
            .Documented("Show in what two versions differ", $"By channel, locale and field, line by line. Texts that differ in more than {LineDiff.MaxEdits} lines are shown as one removed and the other added.")
            .Query("resolved", "true compares what is rendered, with layout and partials in it, in place of what was written.", "boolean")
            .Responds<TemplateDiffResponse>(200, """{"from":1,"to":2,"fields":[{"channel":"email","locale":"en","field":"subject","change":"changed","lines":[{"kind":"removed","text":"Your order"},{"kind":"added","text":"Your order {{orderId}}"}]}]}""");
        group.MapPost("/{template}/publish", PublishAsync).Documented("Publish the draft", "From then on sends use it; what was accepted before keeps its version. Layout and partials are put in as they are now. Its samples are rendered first; one that fails is 422 sample_failed, unless force is true.")
            .Takes<PublishTemplateRequest>("""{"version":2,"note":"New address in the footer"}""").Responds<TemplateResponse>(200, Example);
        group.MapGet("/{template}/samples", SamplesAsync).Documented("Render the newest version's samples", "What a publication would say of them: each with why it could not be sent and, beside the published version, which lines would change.")
            .Responds<SamplesResponse>(200, """{"version":2,"publishedVersion":1,"samples":[{"name":"usual","locale":"en","problems":[],"changes":[{"channel":"email","field":"subject","lines":["-Your order A-1","+Order A-1"]}]}]}""");
        group.MapPost("/{template}/rollback", RollbackAsync).Documented("Publish an earlier version again")
            .Takes<TemplateVersionRequest>("""{"version":1}""").Responds<TemplateResponse>(200, Example);
        group.MapPost("/{template}/preview", PreviewAsync).OpenToTestAccounts().Documented("Render a version without sending anything", "With what its recipient may not like as warnings. With locales: all every locale that each channel is written in.")
            .Takes<PreviewTemplateRequest>("""{"data":{"orderId":"A-1009"},"locale":"fr-CA","channels":["email"]}""")
            .Responds<PreviewResponse>(200, """{"version":1,"channels":{"email":{"locale":"en","subject":"Your order A-1009","html":"<p>Hello Ann Example</p>"}},"missingVariables":[]}""");
        group.MapPost("/{template}/test-send", TemplateTestSend.SendAsync).OpenToTestAccounts().RefusedWhileSuspended().Documented("Send a test of a template, published or not", "Answered as a send is, and sent like one: by the providers, and not counted apart. Marked by the metadata { test: true }. A draft stays as it is from then on; a change makes a new one.")
            .Takes<TestSendRequest>("""{"recipient":{"email":"ann@example.com","name":"Ann"},"data":{"orderId":"A-1009"},"channels":["email"],"locale":"fr-CA"}""")
            .Responds<AcceptedResponse>(202, NotificationExamples.Accepted);
        return group;
    }

    private static async Task<IResult> ListAsync(HttpContext context, TemplateQueries queries, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (search, category, paging) = (query.Text("search"), query.Text("category"), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (items, total) = await queries.ListAsync(context.Caller().Tenant, search, category, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<TemplateSummary>([.. items.Select(TemplateResponses.Summary)], total), TemplatesJson.Default.PageTemplateSummary);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, TemplateStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TemplatesJson.Default.CreateTemplateRequest, cancellationToken)).Value;
        List<FieldError> errors = [.. TemplateResponses.Check(body.Key, body.Name, body.Category), .. TemplateResponses.Check(body.Layout, body.Note)];
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var wanted = new NewTemplate(body.Key, body.Name, body.Category, Text(body.Contents))
        {
            Layout = body.Layout,
            Note = body.Note,
            Variables = body.Variables is { } variables ? Text(variables) : null,
            Samples = TemplateResponses.Samples(body.Samples),
        };
        var change = await store.CreateAsync(context.Caller(), wanted, cancellationToken);
        if (change is TemplateChange.Done done)
            context.Response.Headers.Location = $"/api/v1/admin/templates/{done.Details.Template.Key}";
        return TemplateResponses.Of(change, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(string template, HttpContext context, TemplateQueries queries, CancellationToken cancellationToken) =>
        await queries.FindAsync(context.Caller().Tenant, template, cancellationToken) is { } details
            ? JsonResponse.Of(TemplateResponses.Of(details), TemplatesJson.Default.TemplateResponse)
            : Problems.NotFound();

    private static async Task<IResult> UpdateAsync(string template, HttpContext context, TemplateStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TemplatesJson.Default.UpdateTemplateRequest, cancellationToken)).Value;
        List<FieldError> errors = [.. TemplateResponses.Check(body.Key, body.Name, body.Category), .. TemplateResponses.Check(body.Layout, body.Note)];
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var edit = new TemplateEdit(body.Key, body.Name, body.Category, body.Contents is { } contents ? Text(contents) : null)
        {
            ClearsCategory = body is { IsCategoryGiven: true, Category: null },
            Layout = body.Layout,
            ClearsLayout = body is { IsLayoutGiven: true, Layout: null },
            Note = body.Note,
            Variables = body.Variables is { } variables ? Text(variables) : null,
            Samples = TemplateResponses.Samples(body.Samples),
        };
        return TemplateResponses.Of(await store.UpdateAsync(context.Caller(), template, edit, cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string template, HttpContext context, TemplateStore store, CancellationToken cancellationToken) =>
        await store.ArchiveAsync(context.Caller(), template, cancellationToken) is TemplateChange.Done ? Results.NoContent() : Problems.NotFound();

    private static async Task<IResult> ListVersionsAsync(string template, HttpContext context, TemplateQueries queries, AuthorNames names, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var paging = query.Paging();
        if (query.Refusal() is { } refusal)
            return refusal;
        if (await queries.VersionsAsync(context.Caller().Tenant, template, paging.Offset, paging.Limit, cancellationToken) is not ({ } items, var total))
            return Problems.NotFound();
        return JsonResponse.Of(paging.Numbered<TemplateVersionResponse>([.. await TemplateHistoryApi.NamedAsync(context.Caller().Tenant, items, names, cancellationToken)], total), TemplatesJson.Default.PageTemplateVersionResponse);
    }

    private static async Task<IResult> GetVersionAsync(string template, int version, HttpContext context, TemplateQueries queries, CancellationToken cancellationToken) =>
        await queries.FindVersionAsync(context.Caller().Tenant, template, version, cancellationToken) is { } details
            ? JsonResponse.Of(TemplateResponses.Version(details), TemplatesJson.Default.TemplateVersionResponse)
            : Problems.NotFound();

    private static async Task<IResult> PublishAsync(string template, HttpContext context, TemplateStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadOptionalAsync(context.Request, TemplatesJson.Default.PublishTemplateRequest, cancellationToken))?.Value ?? new PublishTemplateRequest();
        List<FieldError> errors = [.. TemplateResponses.Check(layout: null, body.Note)];
        return errors.Count > 0
            ? Problems.Validation(errors)
            : TemplateResponses.Of(await store.PublishAsync(context.Caller(), template, body.Version, cancellationToken, body.Note, body.Force ?? false));
    }

    private static async Task<IResult> SamplesAsync(string template, HttpContext context, TemplateQueries queries, TemplateStore store, SampleRuns samples, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        if (await queries.FindAsync(tenant, template, cancellationToken) is not { } details)
            return Problems.NotFound();
        if (await store.ResolveAsync(tenant, details.Version, cancellationToken) is { Version: null, Issues: var issues })
            return TemplateResponses.Of(new TemplateChange.Refused(issues));
        var results = await samples.RunAsync(tenant, template, details.Version, cancellationToken);
        return JsonResponse.Of(new SamplesResponse(details.Version.Version, details.Template.PublishedVersion, TemplateResponses.Results(results)), TemplatesJson.Default.SamplesResponse);
    }

    private static async Task<IResult> RollbackAsync(string template, HttpContext context, TemplateStore store, CancellationToken cancellationToken) =>
        TemplateResponses.Of(await store.RollbackAsync(context.Caller(), template, await VersionAsync(context, cancellationToken), cancellationToken));

    private static async Task<IResult> PreviewAsync(
        string template, HttpContext context, TemplateQueries queries, TemplateStore store, TenantSettingsCache tenants, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TemplatesJson.Default.PreviewTemplateRequest, cancellationToken)).Value;
        var channels = new List<ChannelKind>();
        var errors = new List<FieldError>();
        if (body.Locale is { } locale && !LocaleName.IsValid(locale))
            errors.Add(new("/locale", "locale_invalid", "This is not a locale; write one such as en or fr-CA."));
        if (body.Locales is not (null or "all"))
            errors.Add(new("/locales", "choice_invalid", "Write \"all\" for every locale that the template is written in."));
        var named = body.Channels ?? [];
        if (named.Count > ChannelKinds.All.Count)
            errors.Add(new("/channels", "too_many", $"There are {ChannelKinds.All.Count} channels: {ChannelKinds.Names}."));
        for (var i = 0; i < named.Count && named.Count <= ChannelKinds.All.Count; i++)
        {
            if (!ChannelKinds.TryParse(named[i], out var channel))
                errors.Add(new($"/channels/{i}", "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
            else if (!channels.Contains(channel))
                channels.Add(channel);
        }

        if (errors.Count > 0)
            return Problems.Validation(errors);
        var tenant = context.Caller().Tenant;
        var details = body.Version is { } version
            ? await queries.FindVersionAsync(tenant, template, version, cancellationToken)
            : await queries.FindAsync(tenant, template, cancellationToken);
        if (details is null)
            return Problems.NotFound();
        if (await store.ResolveAsync(tenant, details.Version, cancellationToken) is { Version: null, Issues: var issues })
            return TemplateResponses.Of(new TemplateChange.Refused(issues));
        var data = body.Data is { Utf8.IsEmpty: false } given ? given.Utf8 : "{}"u8.ToArray();
        var brand = BrandModel.Of((await tenants.GetAsync(tenant, cancellationToken)).Brand);
        if (body.Locales is not null)
            return All(details.Version.Version, await TemplatePreview.RenderAllAsync(details.Version, channels.Count == 0 ? null : channels, data, brand, time.GetUtcNow(), cancellationToken));
        return Preview(details.Version.Version, await TemplatePreview.RenderAsync(details.Version, channels.Count == 0 ? null : channels, body.Locale, data, brand, time.GetUtcNow(), cancellationToken));
    }

    private static IResult Preview(int version, IReadOnlyList<ChannelPreview> previews)
    {
        var failures = previews.Where(preview => preview.Outcome is RenderOutcome.Failed).ToList();
        if (failures.Count > 0)
            return Problems.Validation([.. failures.Select(preview => (preview.Channel, Failed: (RenderOutcome.Failed)preview.Outcome))
                .Select(failure => new FieldError("/channels", failure.Failed.Code, $"{failure.Channel.ToName()}: {failure.Failed.Message}"))]);
        var rendered = previews.ToDictionary(preview => preview.Channel.ToName(), preview => TemplateResponses.Preview(preview), StringComparer.Ordinal);
        return JsonResponse.Of(
            new PreviewResponse(version, rendered, [.. previews.SelectMany(preview => preview.MissingVariables).Distinct(StringComparer.Ordinal)], DataErrors(previews)),
            TemplatesJson.Default.PreviewResponse);
    }

    /// <summary>Every locale, also those that could not be rendered; what would be shown without asking for all of them is that of English, or the first there is.</summary>
    private static IResult All(int version, IReadOnlyList<(string Locale, ChannelPreview Preview)> previews)
    {
        var byChannel = previews.GroupBy(one => one.Preview.Channel).ToList();
        var usual = byChannel.Select(group => group.ElementAt(LocaleName.Choose([.. group.Select(one => one.Locale)], null)).Preview)
            .Where(preview => preview.Outcome is RenderOutcome.Rendered);
        return JsonResponse.Of(
            new PreviewResponse(
                version,
                usual.ToDictionary(preview => preview.Channel.ToName(), TemplateResponses.Preview, StringComparer.Ordinal),
                [.. previews.SelectMany(one => one.Preview.MissingVariables).Distinct(StringComparer.Ordinal)],
                DataErrors([.. previews.Select(one => one.Preview)]))
            {
                Locales = byChannel.ToDictionary(
                    group => group.Key.ToName(),
                    IReadOnlyDictionary<string, PreviewedLocale> (group) => group.ToDictionary(one => one.Locale, one => TemplateResponses.Locale(one.Preview), StringComparer.Ordinal),
                    StringComparer.Ordinal),
            },
            TemplatesJson.Default.PreviewResponse);
    }

    /// <summary>The data are the same on every channel, and so is what is wrong with them.</summary>
    private static List<FieldError>? DataErrors(IReadOnlyList<ChannelPreview> previews) =>
        previews.FirstOrDefault(preview => preview.DataIssues.Count > 0)?.DataIssues.Select(issue => new FieldError($"/data{issue.Pointer}", issue.Code, $"{issue.Message}.")).ToList();

    /// <summary>The version of the body; the body may be left out.</summary>
    private static async Task<int?> VersionAsync(HttpContext context, CancellationToken cancellationToken) =>
        (await JsonBody.ReadOptionalAsync(context.Request, TemplatesJson.Default.TemplateVersionRequest, cancellationToken))?.Value.Version;

    private static string Text(RawJson json) => Encoding.UTF8.GetString(json.Utf8.Span);
}
