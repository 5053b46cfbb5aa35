using System.Net;
using System.Net.Http.Headers;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Pages;

/// <summary>Whoever reads at an address leaves what they do not want by a link of the mail, and takes it back: to look changes nothing, one click is enough.</summary>
[Collection(SignInCollection.Name)]
public sealed class UnsubscribePagesTests(SignInService service)
{
    private const string OneClick = "List-Unsubscribe=One-Click";

    private static readonly OptOutLinks Links = new(MasterKeys.Parse($"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray())}"), new PublicUrl(Value: null));

    [Fact]
    public async Task Every_marketing_mail_has_a_link_by_which_one_click_leaves_its_category_and_nothing_else()
    {
        await using var sendGrid = await FakeHttpProvider.StartAsync();
        var (tenant, api) = await ShopAsync();
        await api.CreateProviderAsync(new { channel = "email", type = "sendgrid", name = "SendGrid", priority = 1, credentials = new { apiKey = SendGridContract.TestKey }, settings = new { from = "orders@example.com", baseUrl = sendGrid.BaseUrl } });
        var account = await service.CreateAccountAsync(tenant, new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" });
        var live = service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        async Task SendAsync(string category, string status)
        {
            var sent = await live.ReadAsync(HttpMethod.Post, "/api/v1/services/notifications/send", new { channel = "email", recipient = new { email = "Ann@Example.com" }, content = new { subject = "Hello", text = "Hello" }, category }, HttpStatusCode.Accepted);
            await Eventually.TrueAsync(async () => (await live.NotificationAsync(sent.GetProperty("id").GetGuid())).GetProperty("status").GetString() == status, TimeSpan.FromSeconds(90), () => $"{category} becomes {status}");
        }

        await SendAsync("orders", "sent");
        await SendAsync("offers", "sent");

        sendGrid.Calls[0].Json.GetProperty("personalizations")[0].TryGetProperty("headers", out _).ShouldBeFalse("what is no marketing has no such link");
        var url = sendGrid.Calls[1].Json.GetProperty("personalizations")[0].GetProperty("headers").GetProperty("List-Unsubscribe").GetString()!.Trim('<', '>');
        url.ShouldContain("/u/");
        url.ShouldNotContain("example.com");
        url.ShouldNotContain("offers");
        (await FormAsync(new Uri(url).AbsolutePath, OneClick)).Status.ShouldBe(HttpStatusCode.OK);

        (await ListedAsync(api)).ShouldBe(["ann@example.com category:offers unsubscribe one_click"]);
        await SendAsync("offers", "suppressed");
        await SendAsync("orders", "sent");
        await SendAsync("news", "sent");
    }

    [Fact]
    public async Task To_look_changes_nothing_and_a_post_that_asks_for_nothing_does_neither()
    {
        var (tenant, api) = await ShopAsync();
        var path = PathOf(tenant);

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var response = await service.Client.SendAsync(new HttpRequestMessage(method, new Uri(path, UriKind.Relative)));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.CacheControl!.NoStore.ShouldBeTrue();
            response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
            response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        }

        foreach (var body in (string[])["", "do=", "do=delete", "List-Unsubscribe=No", "do=undo&of=all", "do=undo&of=vendor_group:1", "%ff=%ff"])
            (await FormAsync(path, body)).Status.ShouldBe(HttpStatusCode.BadRequest, body);
        using (var json = await service.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent("{}", MediaTypeHeaderValue.Parse("application/json"))))
            json.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using (var large = await service.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(new string('a', 70_000), MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"))))
            large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using (var put = await service.Client.PutAsync(new Uri(path, UriKind.Relative), content: null))
            put.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await ListedAsync(api)).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_click_is_taken_as_a_form_of_either_kind_without_a_cookie_or_a_redirect_and_a_repeat_succeeds()
    {
        var (tenant, api) = await ShopAsync();
        var path = PathOf(tenant);

        for (var i = 0; i < 2; i++)
        {
            using var multipart = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
            using var response = await service.Client.PostAsync(new Uri(path, UriKind.Relative), multipart);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.Contains("Set-Cookie").ShouldBeFalse();
            (await FormAsync(path, OneClick)).Status.ShouldBe(HttpStatusCode.OK);
        }

        (await ListedAsync(api)).ShouldBe(["ann@example.com category:offers unsubscribe one_click"]);
    }

    [Fact]
    public async Task Many_who_click_at_once_leave_one_row()
    {
        var (tenant, api) = await ShopAsync();
        var path = PathOf(tenant);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => FormAsync(path, OneClick)));

        statuses.ShouldAllBe(response => response.Status == HttpStatusCode.OK);
        (await ListedAsync(api)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_left_is_taken_back_and_choices_are_saved_and_neither_touches_another_scope()
    {
        var (tenant, api) = await ShopAsync();
        var path = PathOf(tenant);
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/suppressions", new { channel = "email", address = "ann@example.com", scope = "category:news" }, HttpStatusCode.Created);

        (await FormAsync(path, "do=stop_marketing")).Text.ShouldContain("Done. You will get no more marketing e-mails.");
        var left = await FormAsync(path, "do=stop");
        left.Text.ShouldContain("Done. You will get no more Offers e-mails.");
        left.Text.ShouldContain("Stopped by the sender");
        (await ListedAsync(api)).ShouldBe(["ann@example.com category:news manual ", "ann@example.com category:offers unsubscribe unsubscribe_page", "ann@example.com marketing unsubscribe unsubscribe_page"]);

        (await FormAsync(path, "do=undo&of=marketing")).Text.ShouldContain("You get marketing e-mails again.");
        (await ListedAsync(api)).ShouldBe(["ann@example.com category:news manual ", "ann@example.com category:offers unsubscribe unsubscribe_page"]);

        // What the page did not show, what is critical, and what is no category of the tenant are left alone.
        (await FormAsync(path, "do=save&shown=category:offers&on=category:offers&shown=category:orders&shown=category:alarm&shown=category:unknown&shown=all&on=category:news")).Text.ShouldContain("Your choices are saved.");
        (await ListedAsync(api)).ShouldBe(["ann@example.com category:news manual ", "ann@example.com category:orders unsubscribe preferences_page"]);
    }

    [Fact]
    public async Task A_link_that_is_none_and_one_of_a_tenant_that_is_gone_change_nothing_and_say_so()
    {
        var (tenant, api) = await ShopAsync();
        var token = Links.Seal(new OptOutLink(new TenantId(tenant.Tenant), ChannelKind.Email, "ann@example.com", "offers"));
        var bodies = new HashSet<string>();
        foreach (var wrong in (string[])["x", token[..^2], $"{token[..9]}{(token[9] == 'A' ? 'B' : 'A')}{token[10..]}", new('A', 3_000)])
        {
            var (status, text) = await FormAsync($"/u/{wrong}", OneClick);
            status.ShouldBe(HttpStatusCode.NotFound);
            bodies.Add(System.Text.RegularExpressions.Regex.Replace(text, "nonce=\"[^\"]*\"", ""));
        }

        bodies.Count.ShouldBe(1);
        var gone = Links.Seal(new OptOutLink(new TenantId(Guid.NewGuid()), ChannelKind.Email, "ann@example.com", "offers"));
        (await FormAsync($"/u/{gone}", OneClick)).Status.ShouldBe(HttpStatusCode.OK);
        (await ListedAsync(api)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_tenants_link_touches_nothing_of_this_one()
    {
        var ((_, api), (other, others)) = (await ShopAsync(), await ShopAsync());

        await FormAsync(PathOf(other), OneClick);

        (await ListedAsync(api)).ShouldBeEmpty();
        (await ListedAsync(others)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("fr-CA,en;q=0.5", "", "fr", "Se désabonner")]
    [InlineData("de, fr;q=0.4, en;q=0.3", "", "fr", "Se désabonner")]
    [InlineData("en-GB, fr;q=0.9", "", "en", "Unsubscribe")]
    [InlineData("fr;q=0", "", "en", "Unsubscribe")]
    [InlineData("fr", "?lang=en", "en", "Unsubscribe")]
    [InlineData("\u0001,;;=", "?lang=xx", "en", "Unsubscribe")]
    public async Task It_speaks_the_readers_language_hides_the_address_and_takes_names_for_text(string languages, string query, string language, string word)
    {
        var (tenant, api) = await ShopAsync();
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", new { key = "<b>&\"", name = "<script>alert(1)</script>", marketing = true }, HttpStatusCode.Created);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(PathOf(tenant) + query, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept-Language", languages);

        using var response = await service.Client.SendAsync(request);
        var text = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());

        text.ShouldContain($"<html lang=\"{language}\">");
        text.ShouldContain(word);
        text.ShouldContain("a•••@example.com");
        text.ShouldNotContain("ann@example.com");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("<script");
    }

    /// <summary>A tenant with categories of each kind.</summary>
    private async Task<(SignInService.Person Admin, ApiClient Api)> ShopAsync()
    {
        var admin = await service.RegisterAsync();
        var api = service.As(admin.AccessToken);
        foreach (var category in (object[])[
            new { key = "offers", name = "Offers", names = new { fr = "Offres" }, marketing = true }, new { key = "news", name = "News", marketing = true },
            new { key = "orders", name = "Orders" }, new { key = "alarm", name = "Account security", critical = true }])
            await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", category, HttpStatusCode.Created);
        return (admin, api);
    }

    private static string PathOf(SignInService.Person admin) => $"/u/{Links.Seal(new OptOutLink(new TenantId(admin.Tenant), ChannelKind.Email, "ann@example.com", "offers"))}";

    private async Task<(HttpStatusCode Status, string Text)> FormAsync(string path, string body)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        using var response = await service.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<IReadOnlyList<string>> ListedAsync(ApiClient api) =>
    [
        .. (await api.GetAsync("/api/v1/admin/suppressions")).GetProperty("items").EnumerateArray()
            .Select(row => $"{row.GetProperty("address").GetString()} {row.GetProperty("scope").GetString()} {row.GetProperty("reason").GetString()} {row.GetProperty("code").GetString()}").Order(StringComparer.Ordinal),
    ];
}
