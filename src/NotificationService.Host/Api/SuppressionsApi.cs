using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Host.Api;

/// <summary>Addresses that must not be written to. Providers' reports put them there; people may add and remove.</summary>
public static class SuppressionsApi
{
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a41","channel":"email","address":"ann@example.com","reason":"bounce","scope":"all","providerId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","deliveryId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a01","code":"5.1.1","createdAt":"2026-11-21T09:00:00.000000Z","expiresAt":null}""";

    internal static readonly Dictionary<string, ChannelKind> Channels = ChannelTable.All.Where(row => row.Suppression is not null).ToDictionary(row => row.Name, row => row.Kind);
    private static readonly Dictionary<string, SuppressionReason> Reasons = Enum.GetValues<SuppressionReason>().ToDictionary(reason => reason.ToName());

    public static void MapSuppressions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/suppressions").WithTags("Suppressions").RequireAuthorization(Policies.Operator).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("List addresses that are not written to, newest first")
            .QueryPaging(cursor: true).Query("channel", $"Only of this channel: {string.Join(", ", Channels.Keys)}.").Query("address", "Only this address, number or device token.")
            .Query("reason", $"Only for this reason: {SuppressionReasons.Names}.")
            .Responds<Page<SuppressionResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/", AddAsync).Documented("Put an address on the list by hand", "One that stands there by hand for the same scope already takes the new expiresAt and is answered 200.")
            .Takes<SuppressionRequest>("""{"channel":"email","address":"ann@example.com","scope":"marketing","expiresAt":null}""").Responds<SuppressionResponse>(201, Example).Responds<SuppressionResponse>(200, Example);
        group.MapGet("/{id:guid}", GetAsync).Documented("Get one").Responds<SuppressionResponse>(200, Example);
        group.MapDelete("/{id:guid}", RemoveAsync).Documented("Take an address off the list", "It is written to again, unless it stands there for another reason too.").RespondsNoContent();
    }

    private static async Task<IResult> ListAsync(HttpContext context, SuppressionList list, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new SuppressionFilter(query.Choice("channel", Channels), query.Text("address", AddressRules.LongestDeviceToken), query.Choice("reason", Reasons));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} suppressions {filter.Channel} {filter.Reason} {filter.Address}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await list.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, SuppressionResponse.Of, scope), SuppressionsJson.Default.PageSuppressionResponse);
    }

    private static async Task<IResult> AddAsync(HttpContext context, SuppressionList list, ObjectingTenants tenants, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, SuppressionsJson.Default.SuppressionRequest, cancellationToken)).Value;
        var errors = body.Check(time.GetUtcNow(), out var channel);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var (row, isNew) = await list.AddAsync(context.Caller(), channel, body.Address!, body.Scope ?? SuppressionScopes.All, body.ExpiresAt?.ToUniversalTime(), cancellationToken);
        tenants.Forget(context.Caller().Tenant);
        if (isNew)
            context.Response.Headers.Location = $"/api/v1/admin/suppressions/{row.Id}";
        return JsonResponse.Of(SuppressionResponse.Of(row), SuppressionsJson.Default.SuppressionResponse, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, SuppressionList list, CancellationToken cancellationToken) =>
        await list.FindAsync(context.Caller().Tenant, id, cancellationToken) is { } row
            ? JsonResponse.Of(SuppressionResponse.Of(row), SuppressionsJson.Default.SuppressionResponse)
            : Problems.NotFound();

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext context, SuppressionList list, CancellationToken cancellationToken) =>
        await list.RemoveAsync(context.Caller(), id, cancellationToken) ? Results.NoContent() : Problems.NotFound();
}

/// <summary>An address that is not to be written to.</summary>
public sealed record SuppressionRequest
{
    /// <summary>email, sms, push or whatsapp.</summary>
    public string? Channel { get; init; }

    /// <summary>The address, number or device token.</summary>
    public string? Address { get; init; }

    /// <summary>What it is not to be sent: all, marketing, category:{key} or vendor_group:{id}; left out for all.</summary>
    public string? Scope { get; init; }

    /// <summary>From when on it may be written to again; left out for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a suppression request";

    internal List<FieldError> Check(DateTimeOffset now, out ChannelKind channel)
    {
        var errors = new List<FieldError>();
        if (Channel is null || !SuppressionsApi.Channels.TryGetValue(Channel, out channel))
        {
            channel = default;
            errors.Add(new("/channel", Channel is null ? "required" : "unknown_channel", $"A channel is one of {string.Join(", ", SuppressionsApi.Channels.Keys)}."));
        }

        if (Address is null)
            errors.Add(new("/address", "required", "The address, number or device token that is not to be written to."));
        else if (IssueOf(channel, Address) is { } issue)
            errors.Add(new("/address", issue.Code, issue.Message));
        if (Scope is not null && !SuppressionScopes.IsScope(Scope))
            errors.Add(new("/scope", "choice_invalid", $"A scope is one of {SuppressionScopes.Names}."));
        if (ExpiresAt is { } end && (end <= now || end.Year >= 2200))
            errors.Add(new("/expiresAt", "datetime_invalid", "'expiresAt' is a time to come, before the year 2200."));
        return errors;
    }

    /// <summary>The rule of the field by which the channel reaches somebody. Nothing for no channel: what is wrong is the channel.</summary>
    private static AddressIssue? IssueOf(ChannelKind channel, string address) =>
        channel == default ? null : RecipientFields.Of(ChannelTable.Of(channel).Addresses[0]).Rule(address);
}

/// <summary>An address that is not written to, for one reason and of one scope.</summary>
/// <param name="Reason">bounce, complaint, unsubscribe, dead_token or manual.</param>
/// <param name="Scope">What it is not sent: all, marketing, category: and a key, or vendor_group: and a vendor's number.</param>
/// <param name="ProviderId">The provider that reported it; null for what was added by hand.</param>
/// <param name="DeliveryId">The delivery that showed it, where there was one.</param>
/// <param name="Code">The provider's code.</param>
/// <param name="ExpiresAt">From when on it is written to again; null for never.</param>
public sealed record SuppressionResponse(
    Guid Id, string Channel, string Address, string Reason, string Scope, Guid? ProviderId, Guid? DeliveryId, string? Code, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public override string ToString() => $"suppression {Id}";

    internal static SuppressionResponse Of(Suppression row) => new(
        row.Id, row.Channel.ToName(), row.Address, row.Reason.ToName(), row.Scope, row.ProviderId, row.DeliveryId, row.Code, row.CreatedAt, row.ExpiresAt);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SuppressionRequest))]
[JsonSerializable(typeof(SuppressionResponse))]
[JsonSerializable(typeof(Page<SuppressionResponse>))]
internal sealed partial class SuppressionsJson : JsonSerializerContext;
