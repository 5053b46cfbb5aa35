using Microsoft.Extensions.DependencyInjection.Extensions;
using NotificationService.Host.Configuration;

namespace NotificationService.Host.Commands;

/// <summary>Prints the OpenAPI document as the service publishes it. Needs no database: nothing but the routes is started.</summary>
public static class OpenApiCommand
{
    public static async Task<int> RunAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = options, EnvironmentName = Environments.Development });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddNotificationService(HostSettings.Read(builder.Configuration) with { ConnectionString = "Host=unused" }).AddApiRole();
        builder.Services.RemoveAll<IHostedService>();

        await using var app = builder.Build();
        app.MapSystem().MapApi();
        await app.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await Console.Out.WriteLineAsync(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellationToken));
        await app.StopAsync(cancellationToken);
        return 0;
    }
}
