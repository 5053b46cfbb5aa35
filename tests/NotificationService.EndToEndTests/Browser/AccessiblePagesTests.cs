using System.Net;
using Microsoft.Playwright;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Recipients;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Browser;

/// <summary>axe-core finds nothing wrong, and nothing is wider than the window: in both themes and languages, on a large screen and on a telephone.</summary>
public sealed class AccessiblePagesTests(SignInInProcess fixture, Chromium chromium) : IClassFixture<SignInInProcess>, IClassFixture<Chromium>
{
    private readonly SignInService service = fixture.Service;

    [Theory]
    [InlineData(ColorScheme.Light, "en-US", false)]
    [InlineData(ColorScheme.Light, "fr-FR", true)]
    [InlineData(ColorScheme.Dark, "en-US", true)]
    [InlineData(ColorScheme.Dark, "fr-FR", false)]
    public async Task The_inbox_page_is_for_everybody(ColorScheme theme, string locale, bool isPhone)
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!, theme, locale, isPhone);
        var tab = await InboxTab.OpenAsync(browser);
        await tab.Page.Locator("#sign-in").WaitForAsync();
        await ShouldBeGoodAsync(tab.Page);
        await tab.SignInAsync("ann@demo.test", "wrong");
        await tab.Page.Locator(".problem:not([hidden])").WaitForAsync();
        await ShouldBeGoodAsync(tab.Page);

        await SendAsync();
        await tab.SignInAsync("ann@demo.test", "Demo-user-1!");
        await tab.Page.Locator("notification-inbox article").First.WaitForAsync();
        await ShouldBeGoodAsync(tab.Page);
        await tab.Page.Locator("notification-inbox #tab-archived").ClickAsync();
        await tab.Page.Locator("notification-inbox .state").WaitForAsync();
        await ShouldBeGoodAsync(tab.Page);
        tab.Faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ColorScheme.Light, "fr-FR", false)]
    [InlineData(ColorScheme.Light, "en-US", true)]
    [InlineData(ColorScheme.Dark, "fr-FR", true)]
    [InlineData(ColorScheme.Dark, "en-US", false)]
    public async Task The_page_to_try_it_out_is_for_everybody(ColorScheme theme, string locale, bool isPhone)
    {
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!, theme, locale, isPhone);
        var page = await browser.NewPageAsync();
        await page.GotoAsync("/demo/inbox");
        await page.Locator("notification-inbox .bell").WaitForAsync();
        await ShouldBeGoodAsync(page);
        await page.ClickAsync("form button");
        await page.Locator("notification-inbox .badge").WaitForAsync();
        await ShouldBeGoodAsync(page);
        await page.Locator("notification-inbox .bell").ClickAsync();
        await page.Locator("notification-inbox article").First.WaitForAsync();
        await ShouldBeGoodAsync(page);
    }

    [Theory]
    [InlineData(ColorScheme.Light, "en-US", false)]
    [InlineData(ColorScheme.Light, "fr-FR", true)]
    [InlineData(ColorScheme.Dark, "en-US", true)]
    [InlineData(ColorScheme.Dark, "fr-FR", false)]
    public async Task The_pages_to_unsubscribe_are_for_everybody_and_work_without_a_script(ColorScheme theme, string locale, bool isPhone)
    {
        var tenant = await service.RegisterAsync();
        foreach (var category in (object[])[new { key = "offers", name = "Offers", marketing = true }, new { key = "a-key-of-sixty-characters-which-nobody-would-ever-choose-but-may", marketing = true }, new { key = "orders", name = "Orders" }, new { key = "security", name = "Account security", critical = true }])
            await service.As(tenant.AccessToken).ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", category, HttpStatusCode.Created);
        var links = new OptOutLinks(MasterKeys.Parse($"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray())}"), new PublicUrl(Value: null));
        await using var browser = await chromium.OpenAsync(service.Client.BaseAddress!, theme, locale, isPhone);
        var page = await browser.NewPageAsync();

        await page.GotoAsync($"/u/{links.Seal(new OptOutLink(new TenantId(tenant.Tenant), ChannelKind.Email, "ann@example.com", "offers"))}");
        await ShouldBeGoodAsync(page);
        await page.Locator("button[value=stop]").ClickAsync();
        await page.Locator("button[value=undo]").WaitForAsync();
        await ShouldBeGoodAsync(page);
        (await page.Locator("input[value='category:offers'][type=checkbox]").IsCheckedAsync()).ShouldBeFalse();
        await page.Locator("button[value=undo]").ClickAsync();
        await page.Locator("button[value=undo]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        (await page.Locator("input[value='category:offers'][type=checkbox]").IsCheckedAsync()).ShouldBeTrue();
        await page.Locator("input[value=marketing][type=checkbox]").UncheckAsync();
        await page.Locator("button[value=save]").ClickAsync();
        await page.Locator("[role=status]").WaitForAsync();
        (await page.Locator("input[value=marketing][type=checkbox]").IsCheckedAsync()).ShouldBeFalse();
        await ShouldBeGoodAsync(page);
        await page.GotoAsync("/u/none");
        await ShouldBeGoodAsync(page);
    }

    private static async Task ShouldBeGoodAsync(IPage page)
    {
        // What fades in is measured when it is there.
        await Eventually.TrueAsync(
            () => page.EvaluateAsync<bool>("document.getAnimations().every(animation => animation.playState !== 'running')"), TimeSpan.FromSeconds(30));
        (await Chromium.ViolationsAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).ShouldBeTrue();
    }

    private async Task SendAsync() => await (await service.As(null).DemoServiceAsync()).ReadAsync(
        HttpMethod.Post, "/api/v1/services/notifications/send", new { template = "order-shipped", channel = "in_app", recipient = new { userId = "ann" }, data = new { orderId = "A-1009" } }, HttpStatusCode.Accepted);
}
