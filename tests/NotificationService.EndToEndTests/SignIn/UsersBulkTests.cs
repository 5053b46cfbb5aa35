using System.Net;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Many people invited with one call.</summary>
public sealed class UsersBulkTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/admin/users/bulk";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Each_is_invited_by_itself_and_what_one_lacks_is_named()
    {
        var admin = await service.RegisterAsync();

        using var response = await service.PostAsync(
            Path,
            new
            {
                users = new object?[]
                {
                    new { email = "a@example.com", name = "A", roles = new[] { "user" }, groups = new[] { "landlord" } }, new { email = "a@example.com", name = "A", roles = new[] { "user" } },
                    new { email = "x", name = "X", roles = new[] { "user" } }, new { email = "p@example.com", name = "P", roles = new[] { "platform_admin" } }, new { email = "b@example.com", name = "B", roles = new[] { "viewer" } },
                },
            },
            admin.AccessToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var results = (await SignInService.ReadAsync(response)).GetProperty("results").EnumerateArray().ToList();
        results.Select(result => result.GetProperty("status").GetString()).ShouldBe(["invited", "rejected", "rejected", "rejected", "invited"]);
        results.Where(result => result.TryGetProperty("errors", out _)).Select(result => $"{result.GetProperty("errors")[0].GetProperty("pointer")} {result.GetProperty("errors")[0].GetProperty("code")}")
            .ShouldBe(["/users/1/email email_taken", "/users/2/email email_invalid", "/users/3/roles forbidden"]);
        (await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{admin.Tenant}' and invited_at is not null")).ShouldBe(2);
    }

    [Fact]
    public async Task More_than_a_hundred_are_refused_before_one_is_invited()
    {
        var admin = await service.RegisterAsync();
        var users = Enumerable.Range(0, 101).Select(i => new { email = $"u{i}@example.com", name = "U", roles = new[] { "user" } }).ToList();

        (await service.PostAsync(Path, new { users }, admin.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await service.PostAsync(Path, new { users = Array.Empty<object>() }, admin.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{admin.Tenant}'")).ShouldBe(1);

        using var hundred = await service.PostAsync(Path, new { users = users.Take(100) }, admin.AccessToken);
        hundred.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.Database.ScalarAsync<long>($"select count(*) from users where tenant_id = '{admin.Tenant}'")).ShouldBe(101);
    }
}
