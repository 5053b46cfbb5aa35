using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Host;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;

namespace NotificationService.ArchitectureTests;

/// <summary>The routes as the service maps them, published or not: each names who may call it.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    /// <summary>What anybody may call. A route is added here on purpose or it has a policy.</summary>
    private static readonly string[] Open =
    [
        // Whoever had the tenant deleted has no account left; the id is what was answered, and cannot be guessed.
        "/api/v1/admin/tenant-erasures/{id:guid}",
        "/api/v1/auth/accept-invitation",
        "/api/v1/auth/confirm-email",
        "/api/v1/auth/forgot-password",
        "/api/v1/auth/login",
        "/api/v1/auth/logout",
        "/api/v1/auth/refresh-token",
        "/api/v1/auth/register-tenant",
        "/api/v1/auth/reset-password",
        "/demo/inbox",
        "/demo/inbox/page.css",
        "/demo/inbox/page.js",
        "/health",
        "/health/live",
        "/health/ready",
        "/inbox",
        "/inbox/notification-inbox.js",
        "/inbox/page.css",
        "/inbox/page.js",
        "/metrics",
        "/oauth/token",
        "/openapi/v1.json",
        "/u/{token}", "/webhooks/{path}/{providerId}",
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

    [Fact]
    public void Every_call_that_a_document_shows_is_a_route()
    {
        var calls = Markdown.Files.SelectMany(file => ShownCalls.In(Markdown.Read(file)).Select(call => (File: file, Call: call))).ToList();

        calls.Count(call => call.File == "docs/quick-start.md").ShouldBeGreaterThan(10);
        calls.Where(call => !Routes.Any(call.Call.Fits)).Select(call => $"{call.Call} in {call.File}").ShouldBeEmpty();
    }

    [Fact]
    public void Every_body_that_a_document_shows_is_one_that_its_route_takes()
    {
        var calls = Markdown.Files.SelectMany(file => ShownCalls.In(Markdown.Read(file)).Where(call => call.Body is not null).Select(call => (File: file, Call: call))).ToList();

        calls.Count.ShouldBeGreaterThan(8);
        calls.Select(call => (call.File, call.Call, Fault: call.Call.FaultFor(BodyOf(call.Call)))).Where(call => call.Fault is not null)
            .Select(call => $"{call.Call} in {call.File}: {call.Fault}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"email":"a","password":"b"}""", true)]
    [InlineData("""{"email":"a","passwort":"b"}""", false)]
    [InlineData("""{"email":"a",}""", false)]
    public void A_planted_body_is_found(string body, bool isGood)
    {
        var call = new ShownCall("POST", "/api/v1/auth/login", body);

        BodyOf(call).ShouldNotBeNull();
        (call.FaultFor(BodyOf(call)) is null).ShouldBe(isGood);
    }

    [Fact]
    public void A_planted_call_is_found()
    {
        var calls = ShownCalls.In("""
            ```bash
            curl -s $API/api/v1/services/notifications/ID/timeline -H "Authorization: Bearer $TOKEN"
            curl -s -X DELETE $API/api/v1/services/notifications/ID/timeline
            ID=$(curl -s "$API/api/v1/services/notifications/sent?x=y" -H 'Content-Type: application/json' \
              -d '{ "a": 1 }' | sed 's/x/y/')
            ```
            """).ToList();

        calls.Select(call => call.ToString()).ShouldBe(["GET /api/v1/services/notifications/ID/timeline", "DELETE /api/v1/services/notifications/ID/timeline", "POST /api/v1/services/notifications/sent"]);
        calls.Select(call => Routes.Any(call.Fits)).ShouldBe([true, false, false]);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Type? BodyOf(ShownCall call) => Routes.FirstOrDefault(call.Fits)?.Metadata.GetMetadata<RequestDoc>()?.Type;

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
