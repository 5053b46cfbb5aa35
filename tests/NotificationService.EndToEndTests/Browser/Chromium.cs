using Microsoft.Playwright;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Browser;

/// <summary>The machine's own Chromium, driven by Playwright; <c>CHROMIUM</c> names another. A machine without one fails the tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Built with the inbox element, whose tests use it too.</summary>
    private static readonly string Axe = Path.Combine(Repository.Root, "src", "NotificationService.Console", "node_modules", "axe-core", "axe.min.js");

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.CloseAsync();
        playwright?.Dispose();
    }

    /// <summary>Somebody's browser, with nothing in it. Its addresses begin with the service's.</summary>
    public async Task<IBrowserContext> OpenAsync(Uri service, ColorScheme theme = ColorScheme.Light, string locale = "en-US", bool isPhone = false)
    {
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = service.ToString(),
            ColorScheme = theme,
            Locale = locale,
            TimezoneId = "Europe/Paris",
            ViewportSize = isPhone ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 800 },
            HasTouch = isPhone,
            IsMobile = isPhone,
        });
        context.SetDefaultTimeout(60_000);
        return context;
    }

    /// <summary>What axe-core finds wrong with a page, as text.</summary>
    public static async Task<string[]> ViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        return await page.EvaluateAsync<string[]>(
            "async () => (await axe.run()).violations.flatMap(violation => violation.nodes.map(node => `${violation.id}: ${JSON.stringify(node.target)} ${node.failureSummary}`))");
    }
}
