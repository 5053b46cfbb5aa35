using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>A send that names somebody of the directory is supplied with what it leaves out, whichever way it comes in.</summary>
public sealed class SuppliedSendsTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);
    private static readonly string Later = TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly object Content = new { subject = "Hello", text = "Hello", title = "Hello", body = "Hello" };

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task What_the_request_leaves_out_is_supplied_what_it_says_wins_and_explain_says_which_is_which()
    {
        var tenant = await AnnAsync();
        await tenant.NoteDeviceAsync("ann", "token-1");
        await tenant.NoteDeviceAsync("ann", "token-gone");
        await service.Database.ExecuteAsync($$"""
            insert into suppressions (tenant_id, id, channel, address, reason, created_at)
            values ('{{tenant.Admin.Tenant}}', gen_random_uuid(), {channel.push}, 'token-gone', {suppression.dead_token}, now())
            """);

        var body = new { channels = new[] { "email", "sms", "push" }, content = Content, recipient = new { userId = "ann", phone = "+14155550199" }, sendAt = Later };
        var id = (await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", body, HttpStatusCode.Accepted)).GetProperty("id").GetString();
        var dry = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send?dryRun=true", body);

        var recipient = (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{id}")).GetProperty("recipient");
        (recipient.GetProperty("email").GetString(), recipient.GetProperty("phone").GetString(), recipient.GetProperty("deviceTokens").ToString(), recipient.GetProperty("locale").GetString())
            .ShouldBe(("ann@example.com", "+14155550199", """["token-1"]""", "fr-CA"));
        recipient.GetProperty("suppliedBy").EnumerateObject().ShouldAllBe(field => field.Value.GetString() == "directory");
        recipient.TryGetProperty("whatsapp", out _).ShouldBeFalse();
        foreach (var explain in new[] { (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{id}/explain")).GetProperty("explain"), dry.GetProperty("explain") })
        {
            Message(explain, "from_request").ShouldBe("from the request: userId, phone");
            Message(explain, "from_directory").ShouldBe("from the recipient directory: name, email, deviceTokens, locale, timezone");
        }
    }

    [Fact]
    public async Task Nothing_is_said_where_the_request_says_all_or_the_person_is_not_known()
    {
        var tenant = await AnnAsync();
        foreach (var recipient in (object[])[new { userId = "bob", email = "bob@example.com" }, new { userId = "ann", email = "a@example.com", locale = "en", timezone = "UTC" }])
        {
            var id = (await tenant.Live.ReadAsync(
                HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "email", content = Content, recipient, sendAt = Later }, HttpStatusCode.Accepted)).GetProperty("id").GetString();

            (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{id}")).GetProperty("recipient").ToString().ShouldBe(JsonSerializer.Serialize(recipient));
            (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{id}/explain")).ToString().ShouldNotContain("from_");
        }
    }

    [Fact]
    public async Task Batches_and_files_are_supplied_too()
    {
        var tenant = await AnnAsync();
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{DirectoryTenant.Root}/bulk", new { recipients = Enumerable.Range(0, 1_500).Select(i => new { userId = $"u-{i}", email = $"u{i}@example.com" }) });

        var batch = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch",
            new { channel = "email", content = Content, sendAt = Later, notifications = Enumerable.Range(0, 1_500).Select(i => new { recipient = new { userId = $"u-{i}" } }), final = true }, HttpStatusCode.Accepted);
        batch.GetProperty("accepted").GetInt32().ShouldBe(1_500);
        await tenant.Person.PublishTemplateAsync("plain", new { key = "plain", name = "Plain", contents = new { email = new { en = new { subject = "Hello", html = "<p>Hello</p>", text = "Hello" } } } });
        using var form = new MultipartFormDataContent { { new StringContent("plain"), "template" }, { new StringContent("email"), "channel" }, { new StringContent(Later), "sendAt" } };
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes("userId,email\nann,\nu-1,\nnobody,\n")), "file", "file.csv");
        var job = (await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/bulk/csv", form, HttpStatusCode.Accepted)).GetProperty("jobId").GetString();
        await Eventually.ValueAsync(() => tenant.Live.GetAsync($"{ApiClient.Notifications}/bulk/{job}"), static one => one.GetProperty("status").GetString() == "completed", Ample);

        (await service.Database.ScalarAsync<long>(
            $"select count(*) from notifications where tenant_id = '{tenant.Admin.Tenant}' and recipient ->> 'email' = 'u' || substr(user_id, 3) || '@example.com' and recipient -> 'suppliedBy' ->> 'email' = 'directory'")).ShouldBe(1_501);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant.Admin.Tenant}' and recipient ->> 'email' = 'ann@example.com'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_test_account_is_supplied_from_the_directory_of_test_alone()
    {
        var tenant = await AnnAsync();

        var id = (await tenant.Test.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channels = new[] { "in_app" }, content = Content, recipient = new { userId = "ann" }, sendAt = Later }, HttpStatusCode.Accepted)).GetProperty("id").GetString();

        (await tenant.Test.GetAsync($"{ApiClient.Notifications}/{id}")).GetProperty("recipient").ToString().ShouldBe("""{"userId":"ann"}""");
    }

    /// <summary>That it was empty is believed for a moment on every node; whoever has the answer to the first call need not know.</summary>
    [Fact]
    public async Task The_first_person_of_a_directory_is_known_on_every_node_when_it_is_answered()
    {
        await using var other = await service.StartInProcessAsync();
        for (var round = 0; round < 3; round++)
        {
            var tenant = await DirectoryTenant.CreateAsync(service);
            var there = tenant.Live.At(other.Client);
            (await EmailAsync(there)).ShouldBeNull();
            var kept = tenant.KeepAsync("ann", new { email = "ann@example.com" });
            // Asked again and again until then, so that what is believed is as young as can be.
            while (!kept.IsCompleted)
                await EmailAsync(there);
            await kept;

            (await EmailAsync(there)).ShouldBe("ann@example.com");
        }
    }

    private static async Task<string?> EmailAsync(ApiClient caller)
    {
        var dry = await caller.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send?dryRun=true", new { channel = "in_app", content = Content, recipient = new { userId = "ann" } });
        return Message(dry.GetProperty("explain"), "from_directory") is null ? null : "ann@example.com";
    }

    private static string? Message(JsonElement explain, string code) => explain.EnumerateArray()
        .Where(step => step.GetProperty("code").GetString() == code).Select(step => step.GetProperty("message").GetString()).SingleOrDefault();

    private async Task<DirectoryTenant> AnnAsync()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.KeepAsync("ann", new { name = "Ann", email = "ann@example.com", phone = "+14155550100", locale = "fr-CA", timezone = "America/Toronto" });
        return tenant;
    }
}
