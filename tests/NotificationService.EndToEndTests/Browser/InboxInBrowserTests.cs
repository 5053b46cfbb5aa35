using System.Net;
using Microsoft.Playwright;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Browser;

/// <summary>The inbox as a person has it in front of them: the real service, its own page, and Chromium.</summary>
public sealed class InboxInBrowserTests(SignInInProcess fixture, Chromium chromium) : IClassFixture<SignInInProcess>, IClassFixture<Chromium>
{
    private const string Email = "ann@demo.test";
    private const string Password = "Demo-user-1!";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task A_notification_sent_over_the_API_appears_in_an_open_browser_with_the_right_count()
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!);
        var backend = await service.As(null).DemoServiceAsync();
        var person = await service.As(null).LoginAsync(Email, Password);
        var tab = await InboxTab.SignInAsync(browser, Email, Password);
        await tab.Page.Locator("notification-inbox [role=tabpanel] > * > *").First.WaitForAsync();
        var title = $"Lift {Guid.NewGuid():n}";

        await SendAsync(backend, title);

        await Eventually.TrueAsync(async () => (await tab.TitlesAsync()).Contains(title), Ample);
        var unread = await UnreadAsync(person);
        unread.ShouldBeGreaterThan(0);
        await Eventually.TrueAsync(async () => await tab.UnreadAsync() == unread, Ample);
        tab.Faults.ShouldBeEmpty();

        await tab.Page.Locator("notification-inbox article", new() { HasText = title }).GetByRole(AriaRole.Button, new() { Name = "Mark read" }).ClickAsync();

        await Eventually.TrueAsync(async () => await UnreadAsync(person) == unread - 1 && await tab.UnreadAsync() == unread - 1, Ample);
    }

    [Fact]
    public async Task Two_tabs_stay_equal_over_one_connection_and_the_second_takes_it_over()
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!);
        var backend = await service.As(null).DemoServiceAsync();
        var first = await InboxTab.SignInAsync(browser, Email, Password);
        await Eventually.TrueAsync(() => first.Streams == 1, Ample);
        var second = await InboxTab.OpenAsync(browser);
        await second.Page.Locator("notification-inbox dialog").WaitForAsync();
        var titles = Enumerable.Range(0, 3).Select(i => $"Water {i} {Guid.NewGuid():n}").ToList();

        foreach (var title in titles)
            await SendAsync(backend, title);

        foreach (var tab in (InboxTab[])[first, second])
            await Eventually.TrueAsync(async () => titles.TrueForAll((await tab.TitlesAsync()).Contains), Ample);
        await first.Page.Locator("notification-inbox article", new() { HasText = titles[1] }).GetByRole(AriaRole.Button, new() { Name = "Archive" }).ClickAsync();
        await Eventually.TrueAsync(
            async () => await first.TitlesAsync() is { } shown && !shown.Contains(titles[1]) && shown.SequenceEqual(await second.TitlesAsync()) && await first.UnreadAsync() == await second.UnreadAsync(), Ample);
        (first.Streams, second.Streams).ShouldBe((1, 0));

        await first.Page.CloseAsync();

        await Eventually.TrueAsync(() => second.Streams == 1, Ample);
        var last = $"Gas {Guid.NewGuid():n}";
        await SendAsync(backend, last);
        await Eventually.TrueAsync(async () => (await second.TitlesAsync()).Contains(last), Ample);
        second.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_signs_in_stays_signed_in_over_a_reload_and_nothing_that_opens_anything_is_kept_where_scripts_can_read_it()
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!);
        var tab = await InboxTab.OpenAsync(browser);
        await tab.SignInAsync(Email, "wrong");
        await tab.Page.GetByText("The e-mail address or the password is wrong.").WaitForAsync();
        await tab.SignInAsync(Email, Password);
        await tab.Page.Locator("notification-inbox dialog").WaitForAsync();

        await tab.Page.ReloadAsync();
        await tab.Page.Locator("notification-inbox dialog").WaitForAsync();

        var kept = await tab.Page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])");
        kept.ShouldContain("notification-service-csrf");
        kept.ShouldNotContain("eyJ");
        kept.ShouldNotContain("ns-session");
        var cookie = (await browser.CookiesAsync()).ShouldHaveSingleItem();
        (cookie.Name, cookie.HttpOnly, cookie.Secure, cookie.SameSite, cookie.Path).ShouldBe(("__Secure-ns-session", true, true, SameSiteAttribute.Strict, "/api/v1/auth"));
        tab.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_out_in_one_tab_signs_out_all_of_them_and_the_cookie_is_good_for_nothing()
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!);
        var first = await InboxTab.SignInAsync(browser, Email, Password);
        var second = await InboxTab.OpenAsync(browser);
        await second.Page.Locator("notification-inbox dialog").WaitForAsync();

        await first.Page.ClickAsync("#sign-out");

        foreach (var tab in (InboxTab[])[first, second])
        {
            await tab.Page.Locator("#sign-in").WaitForAsync();
            (await tab.Page.Locator("notification-inbox dialog").IsVisibleAsync()).ShouldBeFalse();
            await Eventually.TrueAsync(() => tab.Streams == 0, Ample);
        }

        await Eventually.TrueAsync(async () => (await browser.CookiesAsync()).Count == 0, Ample);
        await second.Page.ReloadAsync();
        await second.Page.Locator("#sign-in").WaitForAsync();
    }

    [Fact]
    public async Task A_newcomer_sends_one_on_the_page_for_that_and_sees_it_arrive()
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!);
        var page = await browser.NewPageAsync();
        await page.GotoAsync("/demo/inbox");
        foreach (var template in (string[])["ticket-updated", "welcome", "order-shipped"])
        {
            await page.SelectOptionAsync("select", template);
            await page.ClickAsync("form button");
            await page.GetByText("here after").WaitForAsync();
            await page.GetByText("here after").EvaluateAsync("node => node.textContent = ''");
        }

        await page.Locator("notification-inbox .bell").ClickAsync();

        await page.Locator("notification-inbox article").Filter(new() { HasText = "Order A-1011 is on its way" }).First.WaitForAsync();
    }

    [Fact]
    public async Task The_page_for_trying_it_out_is_there_in_Development_only()
    {
        await using var production = await service.StartInProcessAsync(("environment", "Production"));
        foreach (var path in (string[])["/demo/inbox", "/demo/inbox/page.js", "/demo/inbox/page.css", "/demo"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
            using var response = await production.Client.SendAsync(request, TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        foreach (var path in (string[])["/inbox", "/inbox/page.js", "/inbox/page.css"])
        {
            using var response = await production.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("demo-service");
        }
    }

    private static async Task SendAsync(ApiClient backend, string title) => await backend.ReadAsync(
        HttpMethod.Post, "/api/v1/services/notifications/send", new { channel = "in_app", recipient = new { userId = "ann" }, content = new { title, body = "From the API." } }, HttpStatusCode.Accepted);

    private static async Task<int> UnreadAsync(ApiClient person) => (await person.GetAsync("/api/v1/users/me/notifications/unread-count")).GetProperty("unread").GetInt32();
}
