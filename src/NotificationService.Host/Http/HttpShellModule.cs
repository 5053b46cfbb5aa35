using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Observability;
using NotificationService.Host.OpenApi;
using NotificationService.Settings;

namespace NotificationService.Host.Http;

/// <summary>What stands around every route: errors as problems, limits, routing, sign-in.</summary>
public static class HttpShellModule
{
    public static IServiceCollection AddHttpShell(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionOptions>>(static (kestrel, connections) => Limit(kestrel, connections.Value.Connections));
        return services.AddSettings<ConnectionOptions>(ConnectionOptions.Section);
    }

    /// <summary>The pipeline, outermost first. Routes are mapped after this.</summary>
    public static WebApplication UseHttpShell(this WebApplication app)
    {
        if (Traces.AreOn)
            app.UseMiddleware<TraceMiddleware>();
        app.UseSecurityHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        if (!app.Services.GetRequiredService<HostSettings>().Roles.Api)
            return app;
        app.UseOpenApiPages();
        app.UseMiddleware<SignInMiddleware>();
        app.UseMiddleware<RateLimitMiddleware>();
        return app;
    }

    // Above what RequestGuard allows, so that a request a little too large is answered with a problem; Kestrel's own
    // refusals have no body. Slow bodies are BodyReader's and SteadyBody's; what a connection holds before that is in no budget, so it is little and their number is bounded.
    private static void Limit(KestrelServerOptions kestrel, int connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = connections;
        kestrel.Limits.MaxRequestHeaderCount = 2 * RequestGuard.MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = ConnectionOptions.ReadAheadBytes;
        kestrel.Limits.MaxRequestLineSize = RequestGuard.LongestTarget + (2 * 1024);
        kestrel.Limits.MaxRequestBufferSize = ConnectionOptions.ReadAheadBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 256 * 1024;
        kestrel.Limits.Http2.InitialStreamWindowSize = 128 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
    }
}
