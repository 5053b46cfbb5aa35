using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Receipts;

/// <summary>Where providers report what became of messages, and what the tenant sees of it.</summary>
public static class ReceiptsApi
{
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31","providerId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","deliveryId":null,"providerMessageId":"wamid.HBgL…","kind":"delivered","state":"unmatched","reason":"unknown_message","occurredAt":"2026-11-21T09:00:00.000000Z","receivedAt":"2026-11-21T09:00:01.000000Z","code":null,"message":null,"live":true}""";

    private static readonly Dictionary<string, ReceiptState> States = ReceiptStates.All.ToDictionary(state => state.ToName());

    public static void MapReceipts(this IEndpointRouteBuilder routes)
    {
        // Nobody signs in here: the vendor's signature is what is checked. Not in the OpenAPI document, which is for callers.
        var vendors = routes.MapGroup("/webhooks/{path}/{providerId}").AllowAnonymous().ExcludeFromDescription();
        vendors.MapMethods("/", [HttpMethods.Get, HttpMethods.Post], (string path, string providerId, HttpContext context, ReceiptHandler handler) => handler.RespondAsync(path, providerId, context));

        var group = routes.MapGroup("/api/v1/admin/receipts").WithTags("Receipts").RequireAuthorization(Policies.Viewer);
        group.MapGet("/", ListAsync)
            .Documented("List what providers reported, newest first", "Without a state those that no delivery was found for. A receipt has the mode of the delivery it names; one that names none is live. They are kept for 30 days. With a provider a page looks at 200 of them: it may be short or empty and still have a nextCursor, and its total is left out.")
            .QueryPaging(cursor: true).Query("state", "pending, applied, ignored or unmatched, which is the default.").Query("providerId", "Only of this provider.").QueryMode()
            .Responds<Page<ReceiptResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ReceiptQueries receipts, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new ReceiptFilter(query.Choice("state", States) ?? ReceiptState.Unmatched, query.Id("providerId"), query.Mode(context));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} receipts {filter}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await receipts.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, ReceiptResponse.Of, scope), ReceiptsJson.Default.PageReceiptResponse);
    }
}

/// <summary>One thing that a provider reported.</summary>
/// <param name="DeliveryId">The delivery it is about; as the provider claims it, where nothing matched.</param>
/// <param name="Kind">sent, delivered, read, failed, bounced, deferred, opened, clicked, complained, unsubscribed, resubscribed.</param>
/// <param name="State">pending, applied, ignored, unmatched.</param>
/// <param name="Reason">What it waits for, why it changed nothing, why nothing matched.</param>
/// <param name="OccurredAt">When it happened, by the provider's clock.</param>
/// <param name="Code">The provider's code.</param>
/// <param name="Live">Whether it is about what a live account sent. What names no message is false when a sandbox reports it, and else true.</param>
public sealed record ReceiptResponse(
    Guid Id, Guid ProviderId, Guid? DeliveryId, string? ProviderMessageId, string Kind, string State, string? Reason,
    DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, string? Code, string? Message, bool Live)
{
    internal static ReceiptResponse Of(ReceiptRow row) => new(
        row.Id, row.ProviderId, row.DeliveryId, row.ProviderMessageId, row.Kind.ToName(), row.State.ToName(), row.Reason,
        row.OccurredAt, row.ReceivedAt, row.Code, row.Message, row.Live);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReceiptResponse))]
[JsonSerializable(typeof(Page<ReceiptResponse>))]
internal sealed partial class ReceiptsJson : JsonSerializerContext;
