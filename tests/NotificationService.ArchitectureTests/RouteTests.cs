using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Host;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;

namespace NotificationService.ArchitectureTests;

/// <summary>The routes as the service maps them, published or not: each names who may call it.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    /// <summary>What anybody may call. A route is added here on purpose or it has a policy.</summary>
    private static readonly string[] Open =
    [
        "/api/v1/auth/login",
        "/api/v1/auth/logout",
        "/api/v1/auth/refresh-token",
        "/api/v1/auth/register-tenant",
        "/health",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/oauth/token",
        "/openapi/v1.json",
        "/webhooks/{path}/{providerId}",
    ];

    private readonly WebApplication app = Build();

    private IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    [Fact]
    public void Only_what_is_listed_is_open_to_anybody() =>
        Routes.Where(IsOpen).Select(PathOf).Distinct().Order(StringComparer.Ordinal).ShouldBe(Open);

    [Fact]
    public void Every_other_route_names_a_policy_of_ours() =>
        Routes.Where(route => !IsOpen(route) && !route.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy is { } policy && Policies.All.ContainsKey(policy)))
            .Select(PathOf).ShouldBeEmpty();

    [Fact]
    public void Every_admin_route_that_changes_something_says_whether_a_test_account_may() =>
        Routes.Where(route => PathOf(route).StartsWith("/api/v1/admin/", StringComparison.Ordinal) && !IsReading(route) && route.Metadata.GetMetadata<TestAccountRule>() is null)
            .Select(PathOf).ShouldBeEmpty();

    [Fact]
    public void A_route_that_does_not_say_whether_a_test_account_may_would_be_seen()
    {
        app.MapPost("/api/v1/admin/planted", () => "").RequireAuthorization(Policies.Admin);

        Should.Throw<ShouldAssertException>(Every_admin_route_that_changes_something_says_whether_a_test_account_may).Message.ShouldContain("/api/v1/admin/planted");
    }

    [Fact]
    public void The_walk_sees_the_routes()
    {
        Routes.Select(PathOf).ShouldContain("/api/v1/admin/service-accounts");
        Routes.Count(route => !IsOpen(route)).ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_route_without_a_policy_would_be_seen()
    {
        app.MapGet("/planted", () => "");
        app.MapGet("/planted-without-name", () => "").RequireAuthorization();

        Should.Throw<ShouldAssertException>(Every_other_route_names_a_policy_of_ours).Message.ShouldContain("/planted-without-name");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static bool IsOpen(RouteEndpoint route) => route.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsReading(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is ["GET"];

    private static string PathOf(RouteEndpoint route) => "/" + route.RoutePattern.RawText?.Trim('/');

    /// <summary>Composed as for <c>serve</c>, never started.</summary>
    private static WebApplication Build()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        var settings = HostSettings.Read(builder.Configuration) with { ConnectionString = "Host=unused" };
        builder.Services.AddNotificationService(settings).AddApiRole();
        var built = builder.Build();
        built.MapSystem().MapApi();
        return built;
    }
}
