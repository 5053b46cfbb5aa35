using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Categories;

/// <summary>Categories as an admin edits them, and as sends bring them.</summary>
public sealed class CategoriesApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Root = "/api/v1/admin/categories";

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task An_admin_makes_changes_and_deletes_them_by_key_or_id_and_it_is_on_record()
    {
        var (admin, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var api = service.As(admin.AccessToken);
        var made = await api.ReadAsync(
            HttpMethod.Post, Root, """{"key":"shipping","names":{"fr":"Livraison"},"channels":{"sms":false},"marketing":true,"expiresAfter":3600,"throttle":{"max":3,"window":60}}""", HttpStatusCode.Created);
        var id = made.GetProperty("id").GetString();

        made.GetProperty("name").GetString().ShouldBe("shipping", "the key, where no name is given");
        made.GetProperty("channels").GetProperty("sms").GetBoolean().ShouldBeFalse();
        (await api.ReadAsync(HttpMethod.Patch, $"{Root}/shipping", new { critical = true, name = "Shipping" })).GetProperty("throttle").GetProperty("window").GetInt32().ShouldBe(60, "what is left out stays");
        var replaced = await api.ReadAsync(HttpMethod.Put, $"{Root}/{id}", new { key = "shipping", digestable = true });
        replaced.GetProperty("critical").GetBoolean().ShouldBeFalse();
        replaced.TryGetProperty("expiresAfter", out _).ShouldBeFalse();
        replaced.TryGetProperty("throttle", out _).ShouldBeFalse();
        replaced.GetProperty("channels").EnumerateObject().ShouldBeEmpty();
        (await api.GetAsync(Root)).GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(id);

        (await service.As(other.AccessToken).GetAsync(Root)).GetProperty("items").GetArrayLength().ShouldBe(0);
        foreach (var (method, body) in ((HttpMethod, object?)[])[(HttpMethod.Get, null), (HttpMethod.Put, new { critical = true }), (HttpMethod.Patch, new { critical = true }), (HttpMethod.Delete, null)])
        {
            using var response = await service.As(other.AccessToken).SendAsync(method, $"{Root}/{id}", body);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        using (var again = await api.SendAsync(HttpMethod.Post, Root, new { key = "shipping" }))
            again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using (var gone = await api.SendAsync(HttpMethod.Delete, $"{Root}/shipping"))
            gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using (var twice = await api.SendAsync(HttpMethod.Delete, $"{Root}/{id}"))
            twice.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await service.Database.QueryAsync<string>($"select action from audit_log where tenant_id = '{admin.Tenant}' and action like 'category.%' order by sequence"))
            .ShouldBe(["category.created", "category.changed", "category.changed", "category.removed"]);
    }

    [Theory]
    [InlineData("""{}""", "/key")]
    [InlineData("""{"key":""}""", "/key")]
    [InlineData("""{"key":"a\u0000b"}""", "/key")]
    [InlineData("""{"key":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0d01"}""", "/key")]
    [InlineData("""{"key":"a","name":""}""", "/name")]
    [InlineData("""{"key":"a","names":{"english":"A","fr":"\u0007"}}""", "/names/english", "/names/fr")]
    [InlineData("""{"key":"a","channels":{"fax":true}}""", "/channels/fax")]
    [InlineData("""{"key":"a","channels":{"sms":"no"}}""", "/channels/sms")]
    [InlineData("""{"key":"a","expiresAfter":59}""", "/expiresAfter")]
    [InlineData("""{"key":"a","expiresAfter":31622401}""", "/expiresAfter")]
    [InlineData("""{"key":"a","throttle":{}}""", "/throttle/max", "/throttle/window")]
    [InlineData("""{"key":"a","throttle":{"max":0,"window":59}}""", "/throttle/max", "/throttle/window")]
    [InlineData("""{"key":"a","urgent":true}""", "/urgent")]
    public async Task What_could_not_be_a_category_is_refused_field_by_field_and_stores_nothing(string body, params string[] pointers)
    {
        var admin = await service.RegisterAsync();
        using var response = await service.As(admin.AccessToken).SendAsync(HttpMethod.Post, Root, body);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(pointers);
        (await service.Database.ScalarAsync<long>($"select count(*) from categories where tenant_id = '{admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_in_use_becomes_a_category_and_a_dry_run_makes_none()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);

        using (var dry = await api.SendNotificationAsync(About("parcels"), dryRun: true))
            dry.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await KeysAsync(api)).ShouldBeEmpty();
        using (var sent = await api.SendNotificationAsync(About("parcels")))
            sent.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await api.PublishTemplateAsync("letters", new { key = "letters", name = "Letters", category = "letters", contents = new { sms = new { en = new { text = "Hello" } } } });
        using (var sent = await api.SendNotificationAsync(new { template = "letters", recipient = new { phone = "+14155550100" } }))
            sent.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await KeysAsync(api)).ShouldBe(["letters", "parcels"]);
    }

    [Fact]
    public async Task What_a_category_says_of_expiry_holds_where_the_send_says_nothing()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        await api.ReadAsync(HttpMethod.Post, Root, new { key = "codes", expiresAfter = 600 }, HttpStatusCode.Created);

        var (silent, own) = (await ExpiryAsync(api, new { category = "codes", channel = "sms", content = new { text = "1234" }, recipient = new { phone = "+14155550100" } }),
            await ExpiryAsync(api, new { category = "codes", channel = "sms", content = new { text = "1234" }, recipient = new { phone = "+14155550100" }, expiresAt = "2099-01-01T00:00:00Z" }, HttpStatusCode.UnprocessableEntity));

        (silent!.Value.ExpiresAt - silent.Value.CreatedAt).ShouldBe(TimeSpan.FromMinutes(10));
        own.ShouldBeNull("what the send says itself is looked at, and refused");
    }

    [Fact]
    public async Task Beyond_the_limit_a_send_under_another_key_is_refused_and_a_batch_loses_that_item_alone()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        await service.Database.ExecuteAsync($"""
            insert into categories (tenant_id, id, key, name, names, channels, critical, marketing, digestable, revision, created_at, updated_at)
            select '{admin.Tenant}', gen_random_uuid(), 'k' || n, 'K', '{"{}"}', '{"{}"}', false, false, false, 1, now(), now() from generate_series(1, 499) n
            """);

        using (var last = await api.SendNotificationAsync(About("k500")))
            last.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        foreach (var dryRun in (bool[])[false, true])
        {
            using var refused = await api.SendNotificationAsync(About("k501"), dryRun: dryRun);
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("category_limit");
        }

        using (var refused = await api.SendAsync(HttpMethod.Post, Root, new { key = "k501" }))
            (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("category_limit");
        using (var known = await api.SendNotificationAsync(About("k7")))
            known.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var batch = await api.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", new { notifications = new[] { About("k7"), About("k502") } }, HttpStatusCode.Accepted);
        batch.GetProperty("accepted").GetInt32().ShouldBe(1);
        batch.GetProperty("rejected")[0].GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("category_limit");
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{admin.Tenant}'")).ShouldBe(3);
    }

    private static object About(string category) => new { category, channel = "sms", content = new { text = "Hello" }, recipient = new { phone = "+14155550100" } };

    private static async Task<string?[]> KeysAsync(ApiClient api) =>
        [.. (await api.GetAsync(Root)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString())];

    private static async Task<(DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)?> ExpiryAsync(ApiClient api, object body, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        using var response = await api.SendNotificationAsync(body);
        response.StatusCode.ShouldBe(expected, await response.Content.ReadAsStringAsync());
        if (expected != HttpStatusCode.Accepted)
            return null;
        var notification = await api.NotificationAsync((await SignInService.ReadAsync(response)).GetProperty("id").GetGuid());
        return (notification.GetProperty("createdAt").GetDateTimeOffset(), notification.GetProperty("expiresAt").GetDateTimeOffset());
    }
}
