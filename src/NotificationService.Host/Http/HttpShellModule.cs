using Microsoft.AspNetCore.Server.Kestrel.Core;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Observability;
using NotificationService.Host.OpenApi;

namespace NotificationService.Host.Http;

/// <summary>What stands around every route: errors as problems, limits, routing, sign-in.</summary>
public static class HttpShellModule
{
    public static IServiceCollection AddHttpShell(this IServiceCollection services) => services.Configure<KestrelServerOptions>(Limit);

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
    // refusals have no body. Slow bodies are BodyReader's and SteadyBody's; what Kestrel holds of a body that nobody reads yet is in no budget, so it is little.
    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 20_000;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 20_000;
        kestrel.Limits.MaxRequestHeaderCount = 4 * RequestGuard.MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = 4 * RequestGuard.LargestHeaders;
        kestrel.Limits.MaxRequestLineSize = 4 * RequestGuard.LongestTarget;
        kestrel.Limits.MaxRequestBufferSize = kestrel.Limits.MaxRequestHeadersTotalSize;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 256 * 1024;
        kestrel.Limits.Http2.InitialStreamWindowSize = 128 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
    }
}
