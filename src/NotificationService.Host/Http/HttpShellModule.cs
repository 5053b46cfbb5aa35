using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http.Cors;
using NotificationService.Host.Observability;
using NotificationService.Host.OpenApi;
using NotificationService.Host.Pages;
using NotificationService.Settings;

namespace NotificationService.Host.Http;

/// <summary>What stands around every route: errors as problems, limits, routing, sign-in.</summary>
public static class HttpShellModule
{
    public static IServiceCollection AddHttpShell(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ConnectionOptions>>(static (kestrel, connections) => Limit(kestrel, connections.Value.Connections));
        services.AddSingleton<AllowedOrigins>();
        return services.AddSettings<ConnectionOptions>(ConnectionOptions.Section);
    }

    /// <summary>The pipeline, outermost first. Routes are mapped after this.</summary>
    public static WebApplication UseHttpShell(this WebApplication app)
    {
        app.UseForwardedHeaders(TrustedProxies.Read(app.Configuration));
        if (Traces.AreOn)
            app.UseMiddleware<TraceMiddleware>();
        app.UseSecurityHeaders();
        if (app.Services.GetRequiredService<IOptions<RequestLogOptions>>().Value.Enabled)
            app.UseMiddleware<RequestLogMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        if (!app.Services.GetRequiredService<HostSettings>().Roles.Api)
            return app;
        app.UseMiddleware<CorsMiddleware>();
        app.UseOpenApiPages();
        app.UseMiddleware<ConsoleMiddleware>();
        app.UseMiddleware<SignInMiddleware>();
        app.UseMiddleware<RateLimitMiddleware>();
        app.UseMiddleware<SuspensionMiddleware>();
        app.UseMiddleware<RequestOriginMiddleware>();
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
