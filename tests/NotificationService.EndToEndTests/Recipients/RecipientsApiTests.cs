using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Recipients;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>The directory over HTTP: what is kept, what is refused, what a list finds, and whose it is.</summary>
public sealed class RecipientsApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Root = DirectoryTenant.Root;

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task A_person_is_kept_as_a_whole_shown_and_taken_out()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        var made = await tenant.KeepAsync(
            "u-1", new { name = "Ann", email = "ann@example.com", phone = "+14155550100", locale = "fr-CA", timezone = "America/Toronto", attributes = new { plan = "gold" }, tags = new[] { "landlord", "landlord", "vip" } });

        made.GetProperty("addresses").EnumerateArray().Select(one => $"{one.GetProperty("channel")} {one.GetProperty("address")} {one.GetProperty("verified")} {one.GetProperty("suppressed")}")
            .ShouldBe(["email ann@example.com False False", "sms +14155550100 False False", "whatsapp +14155550100 False False"]);
        (made.GetProperty("attributes").ToString(), made.GetProperty("tags").ToString(), made.GetProperty("devices").GetArrayLength()).ShouldBe(("""{"plan":"gold"}""", """["landlord","vip"]""", 0));
        (await tenant.FindAsync("u-1")).ToString().ShouldBe(made.ToString());

        var changed = await tenant.KeepAsync("u-1", new { name = "Ann B." }, HttpStatusCode.OK);
        (changed.TryGetProperty("email", out _), changed.TryGetProperty("attributes", out _), changed.GetProperty("tags").GetArrayLength()).ShouldBe((false, false, 0));
        changed.GetProperty("createdAt").GetString().ShouldBe(made.GetProperty("createdAt").GetString());

        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/u-1", expected: HttpStatusCode.Accepted);
        await tenant.Live.ReadAsync(HttpMethod.Get, $"{Root}/u-1", expected: HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"email":"ann"}""", "/email", "email_invalid")]
    [InlineData("""{"phone":"911"}""", "/phone", "phone_not_e164")]
    [InlineData("""{"whatsapp":"+882161234567"}""", "/whatsapp", "destination_blocked")]
    [InlineData("""{"locale":"not a locale"}""", "/locale", "locale_invalid")]
    [InlineData("""{"timezone":"Mars/Phobos"}""", "/timezone", "timezone_invalid")]
    [InlineData("""{"name":"two\nlines"}""", "/name", "control_character")]
    [InlineData("""{"tags":["ok","-x"]}""", "/tags/1", "tag_invalid")]
    [InlineData("""{"tags":[null]}""", "/tags/0", "tag_invalid")]
    [InlineData("""{"attributes":[]}""", "/attributes", "type")]
    [InlineData("""{"mail":"ann@example.com"}""", "/mail", "unknown_property")]
    public async Task What_is_wrong_is_named_and_nothing_is_stored(string body, string pointer, string code)
    {
        var tenant = await DirectoryTenant.CreateAsync(service);

        var problem = await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/u-1", body, HttpStatusCode.UnprocessableEntity);

        problem.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString())).ShouldContain((pointer, code));
        (await service.Database.ScalarAsync<long>($"select count(*) from recipients where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Attributes_tags_and_ids_have_bounds()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        async Task<string?> CodeAsync(string userId, object body) =>
            (await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/{userId}", body, HttpStatusCode.UnprocessableEntity)).GetProperty("errors")[0].GetProperty("code").GetString();

        (await CodeAsync("u-1", new { attributes = new { text = new string('x', DirectoryEntry.MaxAttributeBytes) } })).ShouldBe("too_large");
        (await CodeAsync("u-1", new { tags = Enumerable.Range(0, DirectoryEntry.MaxTags + 1).Select(i => $"t{i}") })).ShouldBe("too_many");
        (await CodeAsync("u-1", new { tags = new[] { new string('t', DirectoryEntry.LongestTag + 1) } })).ShouldBe("tag_invalid");
        (await CodeAsync(new string('u', 129), new { })).ShouldBe("user_id_invalid");
        await tenant.KeepAsync(new string('u', 128), new { tags = Enumerable.Range(0, DirectoryEntry.MaxTags).Select(i => $"t{i}"), attributes = new { text = new string('x', DirectoryEntry.MaxAttributeBytes - 20) } });
    }

    [Fact]
    public async Task Of_many_the_good_ones_are_kept_and_the_bad_ones_named_once_under_a_key()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        const string Body = """
            {"recipients":[{"userId":"a","email":"a@example.com"},{"userId":"b","phone":"911"},{"email":"c@example.com"},{"userId":"a","name":"Again"},{"userId":"d","unknown":1},7,{"userId":"e","tags":["x"]}]}
            """;

        var result = await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/bulk", Body, key: "people");
        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/a", expected: HttpStatusCode.Accepted);
        using var again = await tenant.Live.SendAsync(HttpMethod.Post, $"{Root}/bulk", Body, "people");

        result.GetProperty("accepted").GetInt32().ShouldBe(2);
        result.GetProperty("rejected").EnumerateArray().Select(one => $"{one.GetProperty("index")} {one.GetProperty("errors")[0].GetProperty("pointer")} {one.GetProperty("errors")[0].GetProperty("code")}")
            .ShouldBe(["1 /phone phone_not_e164", "2 /userId required", "3 /userId duplicate", "4 /unknown unknown_property", "5  body_not_object"]);
        (await SignInService.ReadAsync(again)).ToString().ShouldBe(result.ToString());
        again.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        (await tenant.UserIdsAsync("")).ShouldBe(["e"]);
    }

    [Fact]
    public async Task Ten_thousand_are_kept_at_once_and_one_more_is_too_many()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        object Of(int count) => new { recipients = Enumerable.Range(0, count).Select(i => new { userId = $"u-{i}", email = $"u{i}@example.com" }) };

        (await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/bulk", Of(10_000))).GetProperty("accepted").GetInt32().ShouldBe(10_000);
        var refused = await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/bulk", Of(10_001), HttpStatusCode.UnprocessableEntity);

        refused.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("too_many");
        (await service.Database.ScalarAsync<long>($"select count(*) from recipients where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(10_000);
    }

    [Fact]
    public async Task People_are_found_by_parts_of_what_they_are_called_and_by_tags_page_by_page()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/bulk", new { recipients = Enumerable.Range(0, 190).Select(i => new { userId = $"u-{i:000}", name = $"Person {i}", email = $"p{i}@example.com", tags = new[] { i % 2 == 0 ? "even" : "odd" } }) });

        (await tenant.UserIdsAsync("query=PERSON%20189")).ShouldBe(["u-189"]);
        (await tenant.UserIdsAsync("query=p188@example")).ShouldBe(["u-188"]);
        (await tenant.UserIdsAsync("query=nobody")).ShouldBeEmpty();
        var (found, cursor) = (new List<string>(), "");
        while (cursor is not null)
        {
            var page = await tenant.Live.GetAsync($"{Root}?tag=odd&limit=40&cursor={cursor}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("userId").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }

        found.ShouldBe(Enumerable.Range(0, 190).Where(i => i % 2 == 1).Select(i => $"u-{i:000}"), ignoreOrder: true);
        var numbered = await tenant.Live.GetAsync($"{Root}?limit=100&page=2");
        (numbered.GetProperty("items").GetArrayLength(), numbered.GetProperty("pagination").GetProperty("total").GetInt32()).ShouldBe((90, 190));
    }

    [Fact]
    public async Task Test_and_live_have_people_of_their_own_and_a_person_says_which_are_meant()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.KeepAsync("u-1", new { name = "Live" });
        await tenant.Test.ReadAsync(HttpMethod.Get, $"{Root}/u-1", expected: HttpStatusCode.NotFound);
        await tenant.Test.ReadAsync(HttpMethod.Put, $"{Root}/u-1", new { name = "Test" }, HttpStatusCode.Created);

        (await tenant.FindAsync("u-1")).GetProperty("name").GetString().ShouldBe("Live");
        (await tenant.Person.GetAsync($"{Root}/u-1")).GetProperty("name").GetString().ShouldBe("Live");
        (await tenant.Person.GetAsync($"{Root}/u-1?mode=test")).GetProperty("name").GetString().ShouldBe("Test");
        await tenant.Live.ReadAsync(HttpMethod.Get, $"{Root}/u-1?mode=test", expected: HttpStatusCode.UnprocessableEntity);
        await tenant.Test.ReadAsync(HttpMethod.Delete, $"{Root}/u-1", expected: HttpStatusCode.Accepted);
        (await tenant.FindAsync("u-1")).GetProperty("name").GetString().ShouldBe("Live");
    }

    [Fact]
    public async Task An_address_says_whether_its_person_confirmed_it_and_whether_it_is_written_to()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await service.Database.ExecuteAsync($"update users set email_confirmed_at = now(), user_id = 'ann' where id = '{tenant.Admin.Id}'");
        await tenant.Person.ReadAsync(HttpMethod.Post, "/api/v1/admin/suppressions", new { channel = "sms", address = "+14155550100" }, HttpStatusCode.Created);

        var person = await tenant.KeepAsync("ann", new { email = tenant.Admin.Email, phone = "+14155550100" });
        var other = await tenant.KeepAsync("bob", new { email = tenant.Admin.Email });

        person.GetProperty("addresses").EnumerateArray().Select(one => $"{one.GetProperty("channel")} {one.GetProperty("verified")} {one.GetProperty("suppressed")}")
            .ShouldBe(["email True False", "sms False True", "whatsapp False False"]);
        other.GetProperty("addresses")[0].GetProperty("verified").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_device_is_one_persons_and_stays_one_however_often_it_is_seen()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.KeepAsync("ann", new { });
        await tenant.KeepAsync("bob", new { });

        var device = await tenant.NoteDeviceAsync("ann", "token-1");
        (await tenant.NoteDeviceAsync("ann", "token-1")).ShouldBe(device);
        (await tenant.NoteDeviceAsync("bob", "token-1")).ShouldBe(device);

        (await tenant.FindAsync("ann")).GetProperty("devices").GetArrayLength().ShouldBe(0);
        (await tenant.FindAsync("bob")).GetProperty("devices")[0].GetProperty("id").GetString().ShouldBe(device);
        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/ann/devices/{device}", expected: HttpStatusCode.NotFound);
        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/bob/devices/{device}", expected: HttpStatusCode.NoContent);
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/nobody/devices", new { kind = "fcm", token = "token-1" }, HttpStatusCode.NotFound);
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/bob/devices", new { kind = "pager", token = "a b" }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Of_more_devices_than_a_person_may_have_those_not_seen_for_longest_go_however_many_come_at_once()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.KeepAsync("ann", new { });
        await tenant.NoteDeviceAsync("ann", "the-first");

        await Task.WhenAll(Enumerable.Range(0, DirectoryStore.MaxDevices + 10).Select(i => tenant.NoteDeviceAsync("ann", $"token-{i}")));

        (await tenant.FindAsync("ann")).GetProperty("devices").GetArrayLength().ShouldBe(DirectoryStore.MaxDevices);
        (await service.Database.ScalarAsync<bool>($"select exists (select from recipient_devices where tenant_id = '{tenant.Admin.Tenant}' and token = 'the-first')")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_device_whose_app_was_removed_is_gone_until_it_is_noted_again()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.KeepAsync("ann", new { });
        await tenant.NoteDeviceAsync("ann", "token-1");
        await service.Database.ExecuteAsync($$"""
            insert into suppressions (tenant_id, id, channel, address, reason, created_at)
            values ('{{tenant.Admin.Tenant}}', gen_random_uuid(), {channel.push}, 'token-1', {suppression.dead_token}, now())
            """);

        (await tenant.FindAsync("ann")).GetProperty("devices")[0].TryGetProperty("goneAt", out _).ShouldBeTrue();
        await tenant.NoteDeviceAsync("ann", "token-1");
        (await tenant.FindAsync("ann")).GetProperty("devices")[0].TryGetProperty("goneAt", out _).ShouldBeFalse();
    }
}
