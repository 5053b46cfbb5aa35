namespace NotificationService.Queueing;

/// <summary>
/// Does work on many items together. Where that is refused because of one of them and nobody knows which, it is done again on either half, in order, until
/// that one stands alone: one bad item among a thousand costs some twenty attempts, not a thousand.
/// </summary>
public static class Halving
{
    /// <param name="items">In the order in which they are to be done.</param>
    /// <param name="tryTogether">
    /// All of the given items or none. False: refused, and the fault is one item's. Of a single item the response does not matter: whoever gives it
    /// has dealt with it. Whatever it throws ends the work.
    /// </param>
    /// <param name="cancellationToken">Looked at before each attempt.</param>
    public static async Task RunAsync<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, Task<bool>> tryTogether, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (items.Count == 0 || await tryTogether(items) || items.Count == 1)
            return;
        var half = items.Count / 2;
        await RunAsync([.. items.Take(half)], tryTogether, cancellationToken);
        await RunAsync([.. items.Skip(half)], tryTogether, cancellationToken);
    }
}
