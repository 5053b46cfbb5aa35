namespace NotificationService.Host.Commands;

/// <summary>The demo tenant, room by room. Every part only adds what is missing, so it may run at every start.</summary>
public static class DemoSeed
{
    public static Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) => Task.CompletedTask;
}
