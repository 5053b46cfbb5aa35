using NotificationService.Host.Configuration;
using NotificationService.Host.Http;

namespace NotificationService.Host.Commands;

/// <summary>
/// Answers on the service's addresses while it waits for its database: alive, not ready, and 503 for everything else. Gives the
/// addresses back before the service itself listens.
/// </summary>
public sealed class StartupPort(string[] options) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private WebApplication? app;

    /// <summary>Any number of times; the first one opens it.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (app is not null)
            return;
        var builder = HostSettings.Builder(options);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        app = builder.Build();
        app.Run(RespondAsync);
        await app.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is null)
            return;
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    private static Task RespondAsync(HttpContext context)
    {
        SecurityHeaders.Add(context, isPublicByTls: false);
        return RouteAsync(context);
    }

    private static Task RouteAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/health/live" => Results.Text("live").ExecuteAsync(context),
        "/health/ready" => Results.Text("not ready: database", statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context),
        _ => Problems.Unavailable(RetryAfter).ExecuteAsync(context),
    };
}
