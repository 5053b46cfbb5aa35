using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Sessions as the person and an admin see and end them.</summary>
public sealed class SessionsTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Own = "/api/v1/auth/sessions";
    private const string Accounts = "/api/v1/admin/service-accounts";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task A_person_sees_where_it_is_signed_in_and_which_of_them_asks_and_ends_another()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();
        var phone = await service.LoginAsync(admin.Email, SignInService.Password);
        using var response = await service.GetAsync(Own, admin.AccessToken);
        var sessions = (await SignInService.ReadAsync(response)).GetProperty("items").EnumerateArray().ToList();
        sessions.Count.ShouldBe(2);
        sessions.Count(session => session.GetProperty("current").GetBoolean()).ShouldBe(1);
        var theOther = sessions.Single(session => !session.GetProperty("current").GetBoolean());
        theOther.GetProperty("ip").GetString().ShouldBe("127.0.0.1");
        theOther.GetProperty("lastUsedAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(-5));
        (await service.StatusAsync(Accounts, phone.AccessToken, other.Client)).ShouldBe(HttpStatusCode.OK);

        using var ended = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Own}/{theOther.GetProperty("id").GetGuid()}");

        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await service.StatusAsync(Accounts, phone.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.RefreshAsync(phone.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.StatusAsync(Accounts, admin.AccessToken)).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => await service.StatusAsync(Accounts, phone.AccessToken, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_admin_ends_all_of_a_users_sessions()
    {
        var admin = await service.RegisterAsync();
        var elsewhere = await service.LoginAsync(admin.Email, SignInService.Password);
        var path = $"/api/v1/admin/users/{admin.Id}/sessions";
        using var listed = await service.GetAsync(path, admin.AccessToken);
        (await SignInService.ReadAsync(listed)).GetProperty("items").GetArrayLength().ShouldBe(2);

        using var ended = await service.As(admin.AccessToken).SendAsync(HttpMethod.Delete, path);

        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var person in (SignInService.Person[])[admin, elsewhere])
        {
            (await service.StatusAsync(Accounts, person.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
            (await service.RefreshAsync(person.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await service.LoginAsync(admin.Email, SignInService.Password);
    }

    [Fact]
    public async Task Somebody_elses_session_and_another_tenants_user_are_as_if_they_were_not_there()
    {
        var (mine, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var session = await service.Database.ScalarAsync<Guid>($"select id from refresh_tokens where account_id = '{mine.Id}'");

        using var own = await service.As(other.AccessToken).SendAsync(HttpMethod.Delete, $"{Own}/{session}");
        using var listed = await service.GetAsync($"/api/v1/admin/users/{mine.Id}/sessions", other.AccessToken);
        using var ended = await service.As(other.AccessToken).SendAsync(HttpMethod.Delete, $"/api/v1/admin/users/{mine.Id}/sessions");
        using var missing = await service.As(other.AccessToken).SendAsync(HttpMethod.Delete, $"{Own}/{Guid.CreateVersion7()}");

        foreach (var response in (HttpResponseMessage[])[own, listed, ended])
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(missing));
        }

        (await service.StatusAsync(Accounts, mine.AccessToken)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_more_than_a_person_may_have_ends_the_oldest()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"""
            insert into refresh_tokens (id, tenant_id, account_id, family_hash, current_hash, created_at, expires_at)
            select notification_meta.new_id(), '{admin.Tenant}', '{admin.Id}', '', '', now(), now() + interval '1 day' from generate_series(1, 99)
            """);

        await service.LoginAsync(admin.Email, SignInService.Password);

        (await service.Database.ScalarAsync<long>($"select count(*) from refresh_tokens where account_id = '{admin.Id}' and revoked_at is null")).ShouldBe(100);
        (await service.RefreshAsync(admin.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
