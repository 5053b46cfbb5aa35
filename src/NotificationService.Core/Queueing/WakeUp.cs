using NotificationService.Storage;

namespace NotificationService.Queueing;

/// <summary>
/// The signal that there may be work: at once within the process, by NOTIFY to other processes at most every 50 ms and never
/// inside the accept transaction (a NOTIFY there would line up every commit of the database). Losing every signal changes
/// nothing but the delay: the poll is the truth.
/// </summary>
public sealed class WakeUp(Database database, TimeProvider time, string channel = WakeUp.Deliveries)
{
    /// <summary>Deliveries became due.</summary>
    public const string Deliveries = "notification_deliveries";

    /// <summary>Providers reported something. Also the key under which this one is registered.</summary>
    public const string Receipts = "notification_receipts";

    /// <summary>Something is to be published. Also the key under which this one is registered.</summary>
    public const string Events = "notification_events";

    /// <summary>A webhook endpoint is to be called. Also the key under which this one is registered.</summary>
    public const string Webhooks = "notification_webhooks";

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    public string Channel => channel;

    private readonly Signal local = new();
    private int announcing;
    private int unannounced;

    /// <summary>Says that rows became due. Costs next to nothing; may be called for every request.</summary>
    public void Signal()
    {
        SignalLocally();
        Volatile.Write(ref unannounced, 1);
        if (Interlocked.CompareExchange(ref announcing, 1, 0) == 0)
            _ = AnnounceAsync();
    }

    public void SignalLocally() => local.Give();

    /// <summary>Waits for a signal, at most <paramref name="poll"/>.</summary>
    public Task WaitAsync(TimeSpan poll, CancellationToken cancellationToken) => local.WaitAsync(poll, cancellationToken);

    private async Task AnnounceAsync()
    {
        await Task.Yield();
        do
        {
            try
            {
                while (Interlocked.Exchange(ref unannounced, 0) == 1)
                {
                    await using var command = database.App.CreateCommand($"notify {channel}");
                    await command.ExecuteNonQueryAsync();
                    // What is signalled meanwhile is announced together afterwards.
                    await Task.Delay(Spacing, time);
                }
            }
            catch (Exception exception) when (DatabaseFailures.Of(exception) is var failure && (failure.IsOfTheDatabase() || failure is DatabaseFailure.Disposed))
            {
                // Only a signal was lost; the poll finds the rows.
            }
            finally
            {
                Volatile.Write(ref announcing, 0);
            }
        }
        while (Volatile.Read(ref unannounced) == 1 && Interlocked.CompareExchange(ref announcing, 1, 0) == 0);
    }
}
