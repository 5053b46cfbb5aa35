using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Tokens that a backend makes for people without a log-in, and what they do not open.</summary>
public sealed class RecipientTokensTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task It_says_who_the_person_is_and_in_which_mode_and_is_good_as_long_as_was_asked()
    {
        using var response = await MintAsync("u-1", await service.TokenAsync("demo-test", "demo-test-secret"), new { groups = new[] { "landlord" }, rooms = new[] { "building-7" }, ttl = 60 });

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var body = await SignInService.ReadAsync(response);
        (body.GetProperty("tokenType").GetString(), body.GetProperty("expiresIn").GetInt32()).ShouldBe(("Bearer", 60));
        var claims = JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(body.GetProperty("accessToken").GetString()!.Split('.')[1]));
        (claims.GetProperty("uid").GetString(), claims.GetProperty("live").GetBoolean(), claims.GetProperty("roles").ToString(), claims.GetProperty("groups").ToString(), claims.GetProperty("rooms").ToString())
            .ShouldBe(("u-1", false, """["user"]""", """["landlord"]""", """["building-7"]"""));
        claims.TryGetProperty("scope", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task It_is_refused_by_every_published_route_that_asks_who_calls_and_is_not_about_the_persons_own_things()
    {
        var token = await TokenAsync("ann", await service.TokenAsync("demo-service", "demo-service-secret"));
        var routes = await PublishedRoutes.ReadAsync(service.Client);
        var wrong = new List<string>();
        foreach (var (path, method, operation) in routes.Operations.Where(operation => operation.Operation.TryGetProperty("security", out var security) && security.GetArrayLength() > 0 && !operation.Path.StartsWith("/api/v1/users/me/", StringComparison.Ordinal)))
        {
            using var response = await service.As(token).SendAsync(new HttpMethod(method), PublishedRoutes.Filled(path, operation));
            if (response.StatusCode != HttpStatusCode.Forbidden)
                wrong.Add($"{method} {path}: {(int)response.StatusCode}");
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("rotate")]
    public async Task It_ends_on_every_node_with_the_tokens_of_the_account_that_made_it(string end)
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "recipients:write" }, mode = "live" });
        var token = await TokenAsync("u-1", await service.TokenAsync(account.ClientId, account.ClientSecret));
        (await service.StatusAsync("/api/v1/admin/users", token, other.Client)).ShouldBe(HttpStatusCode.Forbidden);

        var path = $"/api/v1/admin/service-accounts/{account.Id}";
        (await service.As(admin.AccessToken).SendAsync(end == "delete" ? HttpMethod.Delete : HttpMethod.Post, end == "delete" ? path : $"{path}/{end}")).EnsureSuccessStatusCode();

        (await service.StatusAsync("/api/v1/admin/users", token)).ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(async () => await service.StatusAsync("/api/v1/admin/users", token, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task It_is_good_no_longer_than_the_account()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "recipients:write" }, mode = "live", expiresAt = DateTimeOffset.UtcNow.AddMinutes(10) });

        using var response = await MintAsync("u-1", await service.TokenAsync(account.ClientId, account.ClientSecret), new { ttl = 3600 });

        (await SignInService.ReadAsync(response)).GetProperty("expiresIn").GetInt32().ShouldBeInRange(500, 600);
    }

    [Fact]
    public async Task Only_a_service_account_with_the_scope_makes_one()
    {
        var admin = await service.RegisterAsync();
        var sender = await service.CreateAccountAsync(admin);
        var vouched = await TokenAsync("u-1", await service.TokenAsync("demo-service", "demo-service-secret"));
        foreach (var token in (string[])[admin.AccessToken, await service.TokenAsync(sender.ClientId, sender.ClientSecret), vouched])
            (await MintAsync("u-2", token, null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_longest_that_is_taken_fits_a_header_and_what_is_longer_is_refused()
    {
        var account = await service.TokenAsync("demo-service", "demo-service-secret");
        string[] Names(int count, int length) => [.. Enumerable.Range(0, count).Select(i => $"{i:00}{new string('x', length - 2)}")];

        using var largest = await MintAsync(new string('é', 128), account, new { groups = Names(50, 32), rooms = Names(50, 32) });
        largest.StatusCode.ShouldBe(HttpStatusCode.OK);
        var token = (await SignInService.ReadAsync(largest)).GetProperty("accessToken").GetString()!;
        (await service.StatusAsync("/api/v1/admin/users", token)).ShouldBe(HttpStatusCode.Forbidden);
        foreach (var body in (object[])[
            new { groups = Names(50, 64), rooms = Names(1, 64) }, new { groups = Names(51, 3) }, new { rooms = Names(51, 3) }, new { rooms = new[] { "user:bob" } }, new { rooms = new[] { "Group:x" } },
            new { groups = new[] { "a b" } }, new { rooms = new string?[] { null } }, new { ttl = 0 }, new { ttl = 3601 }])
        {
            (await MintAsync("u-1", account, body)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, JsonSerializer.Serialize(body));
        }

        (await MintAsync(new string('x', 129), account, null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private Task<HttpResponseMessage> MintAsync(string userId, string token, object? body) =>
        service.PostAsync($"/api/v1/services/recipients/{Uri.EscapeDataString(userId)}/tokens", body, token);

    private async Task<string> TokenAsync(string userId, string token)
    {
        using var response = await MintAsync(userId, token, null);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await SignInService.ReadAsync(response)).GetProperty("accessToken").GetString()!;
    }
}
