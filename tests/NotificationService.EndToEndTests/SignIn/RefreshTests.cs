using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Refresh tokens: good for one use, and a second use ends the sign-in.</summary>
[Collection(SignInCollection.Name)]
public sealed class RefreshTests(SignInService service)
{
    [Fact]
    public async Task Each_use_gives_the_next_pair()
    {
        var admin = await service.RegisterAsync();
        var token = admin.RefreshToken;

        for (var i = 0; i < 3; i++)
        {
            using var response = await service.RefreshAsync(token);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.CacheControl!.NoStore.ShouldBeTrue();
            var next = SignInService.Person.Of(await SignInService.ReadAsync(response), admin.Email);
            next.Id.ShouldBe(admin.Id);
            next.RefreshToken.ShouldNotBe(token);
            (await service.StatusAsync("/api/v1/admin/service-accounts", next.AccessToken)).ShouldBe(HttpStatusCode.OK);
            token = next.RefreshToken;
        }

        (await service.Database.ScalarAsync<double>($"select extract(epoch from expires_at - now())::float8 / 86400 from refresh_tokens where account_id = '{admin.Id}'"))
            .ShouldBe(14, tolerance: 0.01);
    }

    [Fact]
    public async Task The_first_use_is_a_sign_in_of_an_address_that_has_none_yet_and_later_ones_change_nothing()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"update users set signed_in_at = null where id = '{admin.Id}'");

        var second = await NextAsync(admin.RefreshToken);
        var row = await service.Database.ScalarAsync<string>($"select signed_in_at || ' ' || ctid from users where id = '{admin.Id}'");
        await NextAsync(second);

        (await service.Database.ScalarAsync<string>($"select signed_in_at || ' ' || ctid from users where id = '{admin.Id}'")).ShouldBe(row);
    }

    [Fact]
    public async Task Using_an_old_one_ends_the_sign_in_for_who_holds_the_newest_and_leaves_other_sign_ins_alone()
    {
        var admin = await service.RegisterAsync();
        var elsewhere = await service.LoginAsync(admin.Email, SignInService.Password);
        var second = await NextAsync(admin.RefreshToken);
        var third = await NextAsync(second);

        (await StatusOfRefreshAsync(admin.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);

        (await StatusOfRefreshAsync(third)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusOfRefreshAsync(second)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusOfRefreshAsync(elsewhere.RefreshToken)).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            () => service.Process.Output.Contains($"of tenant {admin.Tenant} was used a second time", StringComparison.Ordinal), TimeSpan.FromSeconds(90), () => service.Process.Output);
    }

    [Fact]
    public async Task Of_many_at_the_same_moment_at_most_one_gets_through_whatever_node_they_ask()
    {
        await using var other = await service.StartInProcessAsync();
        var admin = await service.RegisterAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => service.PostAsync(
            "/api/v1/auth/refresh-token", new { refreshToken = admin.RefreshToken }, client: i % 2 == 0 ? service.Client : other.Client)));

        responses.Count(response => response.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        responses.Count(response => response.StatusCode == HttpStatusCode.Unauthorized).ShouldBe(19);
        var winner = await SignInService.ReadAsync(responses.Single(response => response.StatusCode == HttpStatusCode.OK));
        (await StatusOfRefreshAsync(winner.GetProperty("refreshToken").GetString()!)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Logging_out_ends_the_sign_in_and_may_be_done_twice()
    {
        var admin = await service.RegisterAsync();

        for (var i = 0; i < 2; i++)
        {
            using var response = await service.PostAsync("/api/v1/auth/logout", new { refreshToken = admin.RefreshToken });
            response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await StatusOfRefreshAsync(admin.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_access_tokens_of_a_sign_in_that_was_ended_end_on_every_node_and_those_of_others_live_on()
    {
        await using var other = await service.StartInProcessAsync();
        foreach (var end in (Func<SignInService.Person, Task>[])[LogOutAsync, UseTwiceAsync])
        {
            var admin = await service.RegisterAsync();
            var elsewhere = await service.LoginAsync(admin.Email, SignInService.Password);
            (await service.StatusAsync("/api/v1/admin/service-accounts", admin.AccessToken, other.Client)).ShouldBe(HttpStatusCode.OK);

            await end(admin);

            (await service.StatusAsync("/api/v1/admin/service-accounts", admin.AccessToken)).ShouldBe(HttpStatusCode.Unauthorized);
            await Eventually.TrueAsync(
                async () => await service.StatusAsync("/api/v1/admin/service-accounts", admin.AccessToken, other.Client) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
            (await service.StatusAsync("/api/v1/admin/service-accounts", elsewhere.AccessToken)).ShouldBe(HttpStatusCode.OK);
        }

        async Task LogOutAsync(SignInService.Person person) => (await service.PostAsync("/api/v1/auth/logout", new { refreshToken = person.RefreshToken })).Dispose();

        async Task UseTwiceAsync(SignInService.Person person)
        {
            await NextAsync(person.RefreshToken);
            (await StatusOfRefreshAsync(person.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task An_expired_one_is_refused()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"update refresh_tokens set expires_at = now() - interval '1 second' where account_id = '{admin.Id}'");

        (await StatusOfRefreshAsync(admin.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_disabled_person_is_refused_everywhere_within_seconds()
    {
        var admin = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"update users set disabled_at = now() where id = '{admin.Id}'");

        (await StatusOfRefreshAsync(admin.RefreshToken)).ShouldBe(HttpStatusCode.Unauthorized);
        using var login = await service.PostAsync("/api/v1/auth/login", new { email = admin.Email, password = SignInService.Password });
        login.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(
            async () => await service.StatusAsync("/api/v1/admin/service-accounts", admin.AccessToken) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nsr_")]
    [InlineData("nsr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task What_is_none_is_refused_like_any_other(string token)
    {
        var admin = await service.RegisterAsync();
        (await service.PostAsync("/api/v1/auth/logout", new { refreshToken = admin.RefreshToken })).Dispose();
        using var ended = await service.RefreshAsync(admin.RefreshToken);

        using var response = await service.RefreshAsync(token);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SignInService.BodyWithoutTraceAsync(response)).ShouldBe(await SignInService.BodyWithoutTraceAsync(ended));
    }

    [Fact]
    public async Task One_whose_secret_somebody_guesses_changes_nothing()
    {
        var admin = await service.RegisterAsync();
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(admin.RefreshToken.AsSpan("nsr_".Length));
        bytes.AsSpan(32).Fill(1);

        (await StatusOfRefreshAsync($"nsr_{System.Buffers.Text.Base64Url.EncodeToString(bytes)}")).ShouldBe(HttpStatusCode.Unauthorized);

        (await StatusOfRefreshAsync(admin.RefreshToken)).ShouldBe(HttpStatusCode.OK);
    }

    private async Task<string> NextAsync(string token)
    {
        using var response = await service.RefreshAsync(token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await SignInService.ReadAsync(response)).GetProperty("refreshToken").GetString()!;
    }

    private async Task<HttpStatusCode> StatusOfRefreshAsync(string token)
    {
        using var response = await service.RefreshAsync(token);
        return response.StatusCode;
    }
}
