using NotificationService.Batches;
using NotificationService.RateLimits;
using NotificationService.Tenants;

namespace NotificationService.Host.Http;

/// <summary>A call that brings many notifications counts as many: each is a send, however it comes.</summary>
internal sealed class ItemRates(CallerRates rates)
{
    private const string Counted = "notifications, and other requests that send or change,";

    /// <summary>Null: they may come. The call itself was counted as one of them when it began. All of them or none.</summary>
    /// <param name="context">The call.</param>
    /// <param name="caller">Whose allowance it takes of.</param>
    /// <param name="items">How many it brings.</param>
    /// <param name="pointer">Where they stand in it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IResult?> TakeAsync(HttpContext context, Caller caller, int items, string pointer, CancellationToken cancellationToken)
    {
        if (items <= 1 || await rates.OfAsync(RateClass.Send, caller, cancellationToken) is not { } allowance)
            return null;
        if (items > allowance.Limit)
            return Problems.Validation(pointer, "too_many", $"At most {Math.Min(allowance.Limit, BatchChunk.MaxItems)} items a call: the limit is {allowance.Limit} {Counted} in any 60 seconds.");
        return RateResponses.RefusalOf(context, RateClass.Send, await allowance.TakeAsync(items - 1, cancellationToken), Counted);
    }
}
