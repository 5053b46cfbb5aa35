using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Ledger;

namespace NotificationService.Host.Api.Ledger;

/// <summary>What was accepted, and where it stands: always balanced.</summary>
public static class LedgerApi
{
    private const string Example = """
        {"since":"2026-11-23T08:00:00.000000Z","until":"2026-11-24T08:00:00.000000Z","balanced":true,"channels":{
        "email":{"accepted":1204,"delivered":1100,"sent":60,"failed":12,"suppressed":3,"cancelled":1,"expired":0,"pending":28,"read":410,"bounced":4},
        "sms":{"accepted":80,"delivered":78,"sent":0,"failed":2,"suppressed":0,"cancelled":0,"expired":0,"pending":0,"read":0,"bounced":0}}}
        """;

    private static readonly TimeSpan ByDefault = TimeSpan.FromHours(24);

    public static void MapLedger(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/services/ledger", GetAsync).WithTags("Notifications").RequireAuthorization(Policies.ReadNotifications)
        .Documented(
            "Balance what was accepted with where it stands",
            $"Counts the deliveries that were accepted from `since` on and before `until`, by channel, and where each of them stands at the moment of the answer: accepted = delivered + sent + failed + suppressed + cancelled + expired + pending. `delivered` includes `read` and `failed` includes `bounced`, both also given apart; `pending` is what is scheduled, queued or being sent. It is one snapshot and costs the same for any number. Parts of hours are counted exactly where they have at most {LedgerStore.MaxLooked:N0} deliveries; else the whole hours are counted, and `since` and `until` of the answer say so. A row of a file counts from when the file was read. Counted is what is still kept.")
        .Query("since", $"The beginning; 24 hours before `until` if it is not given. At most {DeliveryLedger.LongestRange.TotalDays:0} days before it.").Query("until", "The end, which is left out; now if it is not given.").QueryMode()
        .Responds<LedgerResponse>(200, Example);

    private static async Task<IResult> GetAsync(HttpContext context, LedgerStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (since, until, mode) = (query.Instant("since"), query.Instant("until"), query.Mode(context));
        var end = until ?? time.GetUtcNow();
        if (since >= end)
            query.Refuse("since", "range_empty", "'since' is before 'until', which is now if it is not given.");
        else if (end - since > DeliveryLedger.LongestRange)
            query.Refuse("since", "range_too_long", $"'since' is at most {DeliveryLedger.LongestRange.TotalDays:0} days before 'until', which is now if it is not given.");
        if (query.Refusal() is { } refusal)
            return refusal;
        var ledger = await store.FindAsync(context.Caller().Tenant, mode, since ?? end - ByDefault, until, cancellationToken);
        return JsonResponse.Of(LedgerResponse.Of(ledger), LedgerJson.Default.LedgerResponse);
    }
}
