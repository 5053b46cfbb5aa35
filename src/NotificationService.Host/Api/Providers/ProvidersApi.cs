using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Providers;

/// <summary>A tenant's providers. Credentials go in and never come out: they are shown masked.</summary>
public static class ProvidersApi
{
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","channel":"email","type":"sendgrid","name":"SendGrid","priority":10,"weight":100,"enabled":true,"rateLimit":null,"concurrency":null,"credentials":{"apiKey":"SG.…abcd"},"settings":{"from":{"email":"orders@example.com","name":"Orders"}},"usable":true,"problem":null,"parked":null,"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    private const string TypesExample =
        """{"items":[{"type":"sendgrid","channels":["email"],"fields":[{"pointer":"/credentials/apiKey","kind":"text","secret":true,"required":true,"max":8000},{"pointer":"/settings/from/email","kind":"email","secret":false,"required":true,"max":254}],"callback":{"path":"/webhooks/sendgrid/{providerId}","place":"SendGrid › Settings › Mail Settings › Event Webhook"}}]}""";

    private static readonly Dictionary<string, ChannelKind> Channels = ChannelKinds.All.ToDictionary(channel => channel.ToName());

    public static RouteGroupBuilder MapProviders(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/providers").WithTags("Providers").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("List providers").QueryPaging().Query("channel", $"Only of this channel: {ChannelKinds.Names}.")
            .Responds<Page<ConfiguredProviderResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/", CreateAsync).Documented("Create a provider", "Of several, the lowest priority number is tried first; those of one priority share the traffic by weight.")
            .Takes<ProviderRequest>("""{"channel":"email","type":"smtp","name":"Own mail server","priority":10,"weight":100,"enabled":true,"credentials":{"username":"mailer","password":"…"},"settings":{"host":"smtp.example.com","port":587,"tls":"required","from":{"email":"orders@example.com","name":"Orders"}}}""")
            .Responds<ConfiguredProviderResponse>(201, Example);
        group.MapGet("/{id}", GetAsync).Documented("Get a provider").Responds<ConfiguredProviderResponse>(200, Example);
        group.MapPatch("/{id}", PatchAsync).Documented("Change a provider", "What is left out stays. Of the credentials, each named one is replaced, or removed by null. Channel and type cannot change. If the address changes (baseUrl, host, port, tls), stored credentials are to be given again.")
            .Takes<ProviderRequest>("""{"weight":50,"credentials":{"apiKey":"SG.…"}}""").Responds<ConfiguredProviderResponse>(200, Example);
        group.MapPut("/{id}", PutAsync).Documented("Replace a provider", "As create, but credentials that are left out or still masked stay.")
            .Takes<ProviderRequest>("""{"channel":"email","type":"sendgrid","name":"SendGrid","priority":20,"settings":{"from":{"email":"orders@example.com"}}}""")
            .Responds<ConfiguredProviderResponse>(200, Example);
        group.MapDelete("/{id}", DeleteAsync).Documented("Delete a provider", "Calls in flight end as they began; what is queued goes to the tenant's other providers.").RespondsNoContent();
        group.MapPost("/{id}/test", TestAsync).Documented("Ask the vendor whether the configuration works", "Nothing is sent to anyone. A parked provider that passes is no longer parked.")
            .Responds<ProviderTestResponse>(200, """{"ok":false,"message":"SendGrid refused the API key"}""");
        routes.MapGet("/api/v1/admin/provider-types", Types).WithTags("Providers").RequireAuthorization(Policies.Viewer)
            .Documented("List the types of providers", "What each can send, what it is configured with, and where its vendor reports to: a form can be drawn from it.")
            .Responds<ProviderTypeList>(200, TypesExample);
        return group;
    }

    private static IResult Types(HttpContext context, ProviderTypes types) =>
        new QueryReader(context.Request).Refusal() ?? JsonResponse.Of(new ProviderTypeList([.. types.All.Select(ProviderTypeResponse.Of)]), ProviderJson.Default.ProviderTypeList);

    private static async Task<IResult> ListAsync(HttpContext context, ProviderStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (channel, paging) = (query.Choice("channel", Channels), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (rows, total) = await store.ListAsync(context.Caller().Tenant, channel, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<ConfiguredProviderResponse>([.. rows.Select(row => ConfiguredProviderResponse.Of(row, store.Open(row)))], total), ProviderJson.Default.PageConfiguredProviderResponse);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ProviderEditor editor, ProviderStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, ProviderJson.Default.ProviderRequest, cancellationToken)).Value;
        var errors = body.Check(whole: true);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var saved = await editor.CreateAsync(context.Caller(), body.ToInput(), cancellationToken);
        if (saved is ProviderSaved.Saved { Row.Id: var id })
            context.Response.Headers.Location = $"/api/v1/admin/providers/{id}";
        return Respond(saved, store, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, ProviderStore store, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var key) && await store.FindAsync(context.Caller().Tenant, key, cancellationToken) is { } row
            ? JsonResponse.Of(ConfiguredProviderResponse.Of(row, store.Open(row)), ProviderJson.Default.ConfiguredProviderResponse)
            : Problems.NotFound();

    private static Task<IResult> PatchAsync(string id, HttpContext context, ProviderEditor editor, ProviderStore store, CancellationToken cancellationToken) =>
        UpdateAsync(id, context, editor, store, whole: false, cancellationToken);

    private static Task<IResult> PutAsync(string id, HttpContext context, ProviderEditor editor, ProviderStore store, CancellationToken cancellationToken) =>
        UpdateAsync(id, context, editor, store, whole: true, cancellationToken);

    private static async Task<IResult> UpdateAsync(string id, HttpContext context, ProviderEditor editor, ProviderStore store, bool whole, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, ProviderJson.Default.ProviderRequest, cancellationToken)).Value;
        var errors = body.Check(whole);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        return Guid.TryParse(id, out var key)
            ? Respond(await editor.UpdateAsync(context.Caller(), key, body.ToChange(whole), cancellationToken), store, StatusCodes.Status200OK)
            : Problems.NotFound();
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, ProviderEditor editor, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var key) && await editor.DeleteAsync(context.Caller(), key, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    private static async Task<IResult> TestAsync(string id, HttpContext context, ProviderStore store, ProviderTypes types, ProviderEditor editor, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var key) || await store.FindAsync(context.Caller().Tenant, key, cancellationToken) is not { } row)
            return Problems.NotFound();
        var tested = store.Open(row) switch
        {
            OpenedProvider.Unusable unusable => new ProviderTestResult(false, unusable.Reason),
            OpenedProvider.Usable usable when types.Validate(usable.Configuration) is [var error, ..] => new ProviderTestResult(false, $"{error.Pointer} {error.Message}"),
            OpenedProvider.Usable usable when types.TryFind(row.Type, out var type) => await type.TestAsync(usable.Configuration, cancellationToken),
            _ => new ProviderTestResult(false, $"this version of the service has no type {row.Type}"),
        };
        if (tested.Ok && row.CurrentSuspension is not null)
            await editor.LiftSuspensionAsync(context.Caller(), key, cancellationToken);
        return JsonResponse.Of(new ProviderTestResponse(tested.Ok, tested.Message), ProviderJson.Default.ProviderTestResponse);
    }

    private static IResult Respond(ProviderSaved saved, ProviderStore store, int status) => saved switch
    {
        ProviderSaved.Saved done => JsonResponse.Of(ConfiguredProviderResponse.Of(done.Row, store.Open(done.Row)), ProviderJson.Default.ConfiguredProviderResponse, statusCode: status),
        ProviderSaved.Invalid invalid => Problems.Validation([.. invalid.Errors.Select(error => new FieldError(error.Pointer, error.Code, error.Message))]),
        ProviderSaved.NameTaken => Problems.Conflict("The channel has another provider of this name. Choose another name."),
        ProviderSaved.ChangedMeanwhile => Problems.Conflict("Somebody else changed the provider at the same moment. Read it again."),
        _ => Problems.NotFound(),
    };
}
