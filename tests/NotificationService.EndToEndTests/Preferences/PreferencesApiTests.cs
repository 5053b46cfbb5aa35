using System.Net;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Preferences;

/// <summary>Preferences as people and backends read and save them.</summary>
public sealed class PreferencesApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Mine = "/api/v1/users/me/preferences";

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task A_person_and_the_backend_see_the_same_ones_and_nobody_elses()
    {
        var (admin, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var api = service.As(admin.AccessToken);
        var userId = await service.Database.ScalarAsync<string>($"select user_id from users where id = '{admin.Id}'");

        (await api.GetAsync(Mine)).GetProperty("version").GetInt64().ShouldBe(0);
        (await api.ReadAsync(HttpMethod.Put, Mine, """{"version":0,"channels":{"sms":false},"categories":{"news":{"enabled":false,"digest":"daily"}}}""")).GetProperty("version").GetInt64().ShouldBe(1);
        var seen = await api.GetAsync(Of(userId));
        seen.GetProperty("channels").GetProperty("sms").GetBoolean().ShouldBeFalse();
        seen.GetProperty("categories").GetProperty("news").GetProperty("digest").GetString().ShouldBe("daily");
        (await service.As(other.AccessToken).GetAsync(Of(userId))).GetProperty("version").GetInt64().ShouldBe(0, "of another tenant it is another person");
        (await api.GetAsync(Of("somebody"))).GetProperty("version").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict_and_changes_nothing()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        var first = await api.ReadAsync(HttpMethod.Put, Of("ann"), """{"version":0,"paused":true}""");

        foreach (var stale in (long[])[0, 2, 99])
        {
            using var refused = await api.SendAsync(HttpMethod.Put, Of("ann"), $$"""{"version":{{stale}},"paused":false}""");
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("version_stale");
        }

        (await api.GetAsync(Of("ann"))).ToString().ShouldBe(first.ToString());
        (await api.ReadAsync(HttpMethod.Put, Of("ann"), """{"version":1,"paused":false}""")).GetProperty("version").GetInt64().ShouldBe(2);
        (await api.ReadAsync(HttpMethod.Put, Of("ann"), """{"paused":true}""")).GetProperty("version").GetInt64().ShouldBe(3, "without a version whatever is there is replaced");
    }

    [Fact]
    public async Task Of_many_who_save_one_version_at_once_one_has_saved()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);

        for (var version = 0; version < 3; version++)
        {
            var saved = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
            {
                using var response = await api.SendAsync(HttpMethod.Put, Of("bob"), $$"""{"version":{{version}},"paused":true}""");
                return response.StatusCode;
            }));

            saved.Count(status => status == HttpStatusCode.OK).ShouldBe(1);
            saved.Count(status => status == HttpStatusCode.Conflict).ShouldBe(11);
        }
    }

    [Fact]
    public async Task Opt_outs_that_are_not_named_stay_and_an_empty_list_lifts_them()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        await api.ReadAsync(HttpMethod.Put, Of("cy"), """{"optOuts":["marketing","category:news","marketing"]}""");

        (await api.ReadAsync(HttpMethod.Put, Of("cy"), """{"channels":{"sms":true}}""")).GetProperty("optOuts").EnumerateArray().Select(scope => scope.GetString()).ShouldBe(["marketing", "category:news"]);
        (await api.ReadAsync(HttpMethod.Put, Of("cy"), """{"optOuts":[]}""")).GetProperty("optOuts").GetArrayLength().ShouldBe(0);
        (await api.GetAsync(Of("cy"))).GetProperty("channels").EnumerateObject().ShouldBeEmpty("the rest is replaced");
    }

    [Theory]
    [InlineData("""{"version":-1}""", "/version")]
    [InlineData("""{"pausedUntil":"2099-01-01T00:00:00Z"}""", "/pausedUntil")]
    [InlineData("""{"paused":true,"pausedUntil":"2300-01-01T00:00:00Z"}""", "/pausedUntil")]
    [InlineData("""{"channels":{"fax":true}}""", "/channels/fax")]
    [InlineData("""{"channels":{"sms":null}}""", "/channels/sms")]
    [InlineData("""{"categories":{"":{}}}""", "/categories/")]
    [InlineData("""{"categories":{"a/b":{"channels":{"x":true},"digest":"weekly"}}}""", "/categories/a~1b/channels/x", "/categories/a~1b/digest")]
    [InlineData("""{"topics":{"a\u0000b":true}}""", "/topics")]
    [InlineData("""{"optOuts":["all","category:","category:news"]}""", "/optOuts/0", "/optOuts/1")]
    [InlineData("""{"quietHours":{}}""", "/quietHours/windows")]
    [InlineData("""{"quietHours":{"timezone":"Mars/Olympus","windows":[{}]}}""", "/quietHours/timezone", "/quietHours/windows/0/days", "/quietHours/windows/0/from", "/quietHours/windows/0/until")]
    [InlineData("""{"quietHours":{"windows":[{"days":["mon","mon"],"from":"24:00","until":"7:00","channels":[]}]}}""", "/quietHours/windows/0/days", "/quietHours/windows/0/from", "/quietHours/windows/0/until", "/quietHours/windows/0/channels")]
    [InlineData("""{"quietHours":{"windows":[{"days":["mon"],"from":"22:00","until":"22:00"}]}}""", "/quietHours/windows/0/until")]
    [InlineData("""{"nothing":true}""", "/nothing")]
    public async Task What_could_be_nobodys_wish_is_refused_field_by_field_and_stores_nothing(string body, params string[] pointers)
    {
        var admin = await service.RegisterAsync();
        using var response = await service.As(admin.AccessToken).SendAsync(HttpMethod.Put, Of("ann"), body);

        response.StatusCode.ShouldBeOneOf(HttpStatusCode.UnprocessableEntity, HttpStatusCode.BadRequest);
        var errors = (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()!).ToList();
        errors.Count.ShouldBe(pointers.Length);
        errors.Zip(pointers).ShouldAllBe(pair => pair.First.StartsWith(pair.Second, StringComparison.Ordinal));
        (await service.Database.ScalarAsync<long>($"select count(*) from recipient_preferences where tenant_id = '{admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task More_than_there_may_be_is_refused()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        string Many(int count, string value, string name = "k") => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{name}{i}\":{value}"));

        (await CodeAsync("{\"categories\":{" + Many(201, "{}") + "}}")).ShouldBe("too_many_properties");
        (await CodeAsync("{\"topics\":{" + Many(501, "true") + "}}")).ShouldBe("too_many_properties");
        (await CodeAsync($$"""{"optOuts":[{{string.Join(',', Enumerable.Repeat("\"marketing\"", 101))}}]}""")).ShouldBe("too_many");
        (await CodeAsync("{\"quietHours\":{\"windows\":[" + string.Join(',', Enumerable.Repeat("""{"days":["mon"],"from":"22:00","until":"07:00"}""", 29)) + "]}}")).ShouldBe("too_many");
        (await CodeAsync("{\"topics\":{" + Many(400, "true", new string('t', 100)) + "}}")).ShouldBe("too_large");
        (await CodeAsync("{}", new string('u', 129))).ShouldBe("user_id_invalid");

        async Task<string?> CodeAsync(string body, string user = "ann")
        {
            using var response = await api.SendAsync(HttpMethod.Put, Of(user), body);
            response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
            return (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("code").GetString();
        }
    }

    [Fact]
    public async Task A_test_account_reads_them_and_changes_none()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Test", scopes = new[] { "recipients:write" }, mode = "test" });
        var test = service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));

        (await test.GetAsync(Of("ann"))).GetProperty("version").GetInt64().ShouldBe(0);
        using var refused = await test.SendAsync(HttpMethod.Put, Of("ann"), new { paused = true });
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("live_account_required");
    }

    private static string Of(string userId) => $"/api/v1/services/recipients/{userId}/preferences";
}
