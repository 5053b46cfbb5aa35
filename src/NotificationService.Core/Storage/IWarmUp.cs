namespace NotificationService.Storage;

/// <summary>
/// Runs what the first requests will run, before there are any: opens connections, has statements planned, and has code called often enough to be compiled at
/// full strength. Stores nothing, sends nothing, and may be ended at any moment.
/// </summary>
public interface IWarmUp
{
    Task RunAsync(CancellationToken cancellationToken);
}
