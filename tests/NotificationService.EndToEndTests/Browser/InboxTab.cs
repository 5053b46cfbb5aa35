using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace NotificationService.EndToEndTests.Browser;

/// <summary>A tab with the service's page <c>/inbox</c>, and what happens in it.</summary>
public sealed class InboxTab
{
    private readonly ConcurrentDictionary<IRequest, bool> streams = new();
    private readonly ConcurrentQueue<string> faults = new();

    private InboxTab(IPage page)
    {
        Page = page;
        page.Request += (_, request) =>
        {
            if (IsStream(request))
                streams[request] = true;
        };
        page.RequestFailed += (_, request) => streams.TryRemove(request, out bool _);
        page.RequestFinished += (_, request) => streams.TryRemove(request, out bool _);
        page.PageError += (_, error) => faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                faults.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Connections to the stream of events that this tab has open.</summary>
    public int Streams => streams.Count;

    /// <summary>Errors of scripts, and what the Content-Security-Policy refused.</summary>
    public IReadOnlyCollection<string> Faults => faults;

    public ILocator List => Page.Locator("notification-inbox [role=feed]");

    public static async Task<InboxTab> OpenAsync(IBrowserContext browser)
    {
        var tab = new InboxTab(await browser.NewPageAsync());
        await tab.Page.GotoAsync("/inbox");
        return tab;
    }

    public static async Task<InboxTab> SignInAsync(IBrowserContext browser, string email, string password)
    {
        var tab = await OpenAsync(browser);
        await tab.SignInAsync(email, password);
        await tab.Page.Locator("notification-inbox dialog").WaitForAsync();
        return tab;
    }

    public async Task SignInAsync(string email, string password)
    {
        await Page.FillAsync("[name=email]", email);
        await Page.FillAsync("[name=password]", password);
        await Page.ClickAsync("#sign-in button");
    }

    /// <summary>The titles in the list, with what waits to be shown.</summary>
    public async Task<IReadOnlyList<string>> TitlesAsync()
    {
        var waiting = Page.Locator("notification-inbox .waiting");
        if (await waiting.IsVisibleAsync())
            await waiting.ClickAsync();
        return await Page.Locator("notification-inbox article .title > :last-child").AllTextContentsAsync();
    }

    /// <summary>What the page says is unread: the tab's title begins with it.</summary>
    public async Task<int> UnreadAsync()
    {
        var title = await Page.TitleAsync();
        return title.StartsWith('(') ? int.Parse(title[1..title.IndexOf(')', StringComparison.Ordinal)]) : 0;
    }

    private static bool IsStream(IRequest request) => new Uri(request.Url).AbsolutePath == "/api/v1/users/me/events";
}
