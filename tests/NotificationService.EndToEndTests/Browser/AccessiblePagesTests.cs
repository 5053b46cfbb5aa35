using System.Net;
using Microsoft.Playwright;
using NotificationService.EndToEndTests.SignIn;
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
