using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using NotificationService.Credentials;
using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth;

/// <summary>Who gets through to a route, recognised from its metadata and the token.</summary>
public sealed class SignInMiddlewareTests
{
    private static readonly string Reader = Tokens.Write(Tokens.For(Tokens.Service with { Scopes = Scopes.Of([Scopes.Read]) }));

    [Fact]
    public async Task A_route_that_names_no_policy_is_closed_to_strangers_and_open_to_whoever_signed_in()
    {
        (await StatusAsync(Route())).ShouldBe(401);
        (await StatusAsync(Route(), Reader)).ShouldBe(200);
        (await StatusAsync(Route(new AuthorizeAttribute()), Reader)).ShouldBe(200);
    }

    [Fact]
    public async Task A_route_for_anybody_asks_for_nothing_and_minds_no_bad_token()
    {
        (await StatusAsync(Route(new AllowAnonymousAttribute()))).ShouldBe(200);
        (await StatusAsync(Route(new AllowAnonymousAttribute(), new AuthorizeAttribute(Policies.Admin)), "nonsense")).ShouldBe(200);
    }

    [Theory]
    [InlineData(new[] { Policies.ReadNotifications }, 200)]
    [InlineData(new[] { Policies.SendNotifications }, 403)]
    [InlineData(new[] { Policies.ReadNotifications, Policies.SendNotifications }, 403)]
    [InlineData(new[] { Policies.SendNotifications, Policies.ReadNotifications }, 403)]
    [InlineData(new[] { Policies.SignedInUser }, 403)]
    public async Task Every_policy_that_a_route_names_must_be_met(string[] policies, int status) =>
        (await StatusAsync(Route([.. policies.Select(policy => new AuthorizeAttribute(policy))]), Reader)).ShouldBe(status);

    [Theory]
    [InlineData("/api/v1/admin/new", "POST", null, 403)]
    [InlineData("/api/v1/admin/new", "DELETE", false, 403)]
    [InlineData("/api/v1/admin/new", "PATCH", true, 200)]
    [InlineData("/api/v1/admin/new", "GET", false, 200)]
    [InlineData("/api/v1/services/new", "POST", null, 200)]
    [InlineData("/api/v1/services/new", "POST", false, 403)]
    public async Task A_test_account_changes_nothing_of_the_admin_api_unless_the_route_says_that_it_may(string path, string method, bool? mayChange, int status)
    {
        object[] metadata = [new AuthorizeAttribute(Policies.Admin), new HttpMethodMetadata([method]), .. mayChange is { } may ? (object[])[new TestAccountRule(may)] : []];
        var route = new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(path), 0, new EndpointMetadataCollection(metadata), "probe");
        var admin = Tokens.Service with { Scopes = Scopes.Of([Scopes.Admin]) };

        (await StatusAsync(route, Tokens.Write(Tokens.For(admin with { Live = false })))).ShouldBe(status);
        (await StatusAsync(route, Tokens.Write(Tokens.For(admin with { Live = true })))).ShouldBe(200);
        (await StatusAsync(route, Tokens.Write(Tokens.For(Tokens.Person)))).ShouldBe(200);
    }

    [Fact]
    public async Task What_is_no_route_of_ours_gets_its_own_answer()
    {
        (await StatusAsync(endpoint: null)).ShouldBe(200);
        (await StatusAsync(new Endpoint(_ => Task.CompletedTask, EndpointMetadataCollection.Empty, "405"))).ShouldBe(200);
    }

    public static TheoryData<string, object> Demands => new()
    {
        { "an unknown policy", new AuthorizeAttribute("Nobody") },
        { "a role", new AuthorizeAttribute { Roles = "admin" } },
        { "a policy and a role", new AuthorizeAttribute(Policies.ReadNotifications) { Roles = "admin" } },
        { "another scheme", new AuthorizeAttribute { AuthenticationSchemes = "Cookies" } },
        { "a policy object", new AuthorizationPolicyBuilder().RequireClaim("x").Build() },
    };

    [Theory]
    [MemberData(nameof(Demands))]
    public async Task A_demand_that_is_none_of_our_policies_lets_nobody_through(string what, object demand) =>
        await Should.ThrowAsync<InvalidOperationException>(() => StatusAsync(Route(demand), Reader), what);

    [Fact]
    public async Task A_token_of_another_network_is_not_good()
    {
        var bound = Tokens.Write(Tokens.For(Tokens.Service) with { AllowedNetworks = AllowedNetworks.Parse(["192.0.2.0/24", "2001:db8::/32"]) });

        (await StatusAsync(Route(), bound, "192.0.2.7")).ShouldBe(200);
        (await StatusAsync(Route(), bound, "::ffff:192.0.2.7")).ShouldBe(200);
        (await StatusAsync(Route(), bound, "2001:db8::1")).ShouldBe(200);
        (await StatusAsync(Route(), bound, "198.51.100.7")).ShouldBe(401);
        (await StatusAsync(Route(), bound, address: null)).ShouldBe(401);
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Bearer")]
    [InlineData("Bearertoken")]
    public async Task Another_scheme_is_no_sign_in(string header)
    {
        var context = Context(Route(), "127.0.0.1");
        context.Request.Headers.Authorization = $"{header}{Reader}";

        (await StatusAsync(context)).ShouldBe(401);
    }

    [Fact]
    public async Task A_known_token_costs_no_allocation_worth_speaking_of()
    {
        var middleware = Middleware();
        var context = Context(Route(new AuthorizeAttribute(Policies.ReadNotifications)), "127.0.0.1");
        context.Request.Headers.Authorization = $"Bearer {Reader}";
        await middleware.InvokeAsync(context);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            middleware.InvokeAsync(context).IsCompletedSuccessfully.ShouldBeTrue();

        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100).ShouldBeLessThan(100);
    }

    private static RouteEndpoint Route(params object[] metadata) =>
        new(_ => Task.CompletedTask, RoutePatternFactory.Parse("/probe"), 0, new EndpointMetadataCollection(metadata), "probe");

    private static Task<int> StatusAsync(Endpoint? endpoint, string? token = null, string? address = "127.0.0.1")
    {
        var context = Context(endpoint, address);
        if (token is not null)
            context.Request.Headers.Authorization = $"Bearer {token}";
        return StatusAsync(context);
    }

    private static async Task<int> StatusAsync(HttpContext context)
    {
        await Middleware().InvokeAsync(context);
        return context.Response.StatusCode;
    }

    private static DefaultHttpContext Context(Endpoint? endpoint, string? address)
    {
        var context = new DefaultHttpContext();
        context.SetEndpoint(endpoint);
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        return context;
    }

    private static SignInMiddleware Middleware()
    {
        var time = new ManualTime(Tokens.Now);
        var database = new Database(new StorageOptions { ConnectionString = "Host=unused" });
        return new SignInMiddleware(_ => Task.CompletedTask, new VerifiedTokens(new AccessTokenVerifier(Tokens.Keys(Tokens.NewKey), time), new EndedTokens(database, time), time), new StreamTickets(new CredentialVault(MasterKeys.Parse(Tokens.NewKey)), database, new Ids(time), time), new AccountUses(database, time));
    }
}
