using Microsoft.Extensions.Options;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Observability;
using NotificationService.Kafka;
using NotificationService.Storage;
using NotificationService.Templates.Fragments;

namespace NotificationService.Host.Commands;

/// <summary>Serves until it is asked to stop.</summary>
public static partial class ServeCommand
{
    /// <summary>Shorter than the 30 s an orchestrator usually waits before it kills.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(22);

    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = HostSettings.Builder(options);
        builder.UseServiceLogs();
        var addresses = HostSettings.Addresses(builder.Configuration) ?? ListenAddresses.Default;
        KnownSettings.Check(builder.Configuration);
        var withDemo = SeedChoice.IsDemo(builder.Configuration["Notification:Seed"], builder.Environment.IsDevelopment());
        ListenAddresses.EnsureFree(addresses);
        await using var door = await DatabaseDoor.OpenAsync(builder.Configuration, owning: true, cancellationToken);
        var settings = door.Settings;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddNotificationService(settings);
        if (settings.Roles.Api)
            builder.Services.AddApiRole();
        if (settings.Roles.Worker)
            builder.Services.AddWorkerRole().AddEventStreams(builder.Configuration);

        await using var app = builder.Build();
        // Every module's settings, before anything is touched: what is wrong is one line, and not the trace of a host that failed to start.
        app.Services.GetService<IStartupValidator>()?.Validate();
        app.MapSystem();
        if (settings.Roles.Api)
            app.MapApi();

        await using (var port = new StartupPort(options))
        {
            var wait = new DatabaseWait(StartupOptions.Read(builder.Configuration).DatabaseTimeout, TimeProvider.System);
            await wait.RunAsync(token => PrepareAsync(app, withDemo, token), reason => WaitAsync(app, port, reason, cancellationToken), cancellationToken);
            if (!app.Environment.IsDevelopment())
                await WarmUp.RunAsync(app.Services, StartupOptions.Read(builder.Configuration).WarmUp, app.Logger, cancellationToken);
        }

        await app.StartAsync(cancellationToken);
        if (app.Environment.IsDevelopment())
            await Console.Out.WriteLineAsync(Greeting.Text(app.Urls.First(), door.Description, withDemo));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>All that must be there before the first request. Each step only adds what is missing, so all of it may be run again.</summary>
    private static async Task PrepareAsync(WebApplication app, bool withDemo, CancellationToken cancellationToken)
    {
        await PrepareDatabaseAsync(app, cancellationToken);
        await app.Services.GetRequiredService<SystemSeed>().RunAsync(cancellationToken);
        await app.Services.GetRequiredService<SharedLayouts>().RunAsync(cancellationToken);
        if (withDemo)
            await DemoSeed.RunAsync(app.Services, cancellationToken);
        await app.Services.GetRequiredService<FirstAccounts>().AddPlatformAdminAsync(app.Configuration, app.Environment.IsDevelopment(), cancellationToken);
        await app.Services.PrepareKafkaAsync(cancellationToken);
    }

    private static async Task WaitAsync(WebApplication app, StartupPort port, string reason, CancellationToken cancellationToken)
    {
        LogDatabaseAway(app.Logger, reason);
        await port.OpenAsync(cancellationToken);
    }

    private static async Task PrepareDatabaseAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var migrations = app.Services.GetRequiredService<MigrationRunner>();
        if (app.Environment.IsDevelopment())
            await migrations.MigrateAsync(cancellationToken);
        else if (await migrations.MissingAsync(cancellationToken) is { Count: > 0 } missing)
            throw new StartupException($"the database lacks {missing.Count} part(s) of the schema, the first is {missing[0]}: run the command migrate");

        if (await app.Services.GetRequiredService<SchemaGuard>().FindingsAsync(cancellationToken) is { Count: > 0 } findings)
            throw new StartupException($"the database does not keep tenants apart: {string.Join("; ", findings)}");
    }

    [LoggerMessage(EventId = Telemetry.EventIds.Host + 3, Level = LogLevel.Warning, Message = "The database does not answer ({Reason}); the start waits for it")]
    private static partial void LogDatabaseAway(ILogger logger, string reason);
}
