namespace NotificationService.Host.Pages;

/// <summary>The console's one page, which all its addresses have; where the console was not built, a page that says how to get it.</summary>
public sealed class ConsolePage(BuiltPages built)
{
    public const string FileName = "index.html";

    /// <summary>Logos of tenants are wherever tenants keep them.</summary>
    private const string Pictures = "'self' data: blob: https:";

    private readonly Lazy<(bool IsBuilt, HtmlPage Page)> page = new(() => built.Console.Find(FileName) is { } file
        ? (true, HtmlPage.Of(file, Pictures))
        : (false, HtmlPage.Embedded("no-console.html")));

    public bool IsBuilt => page.Value.IsBuilt;

    public Task WriteAsync(HttpContext context) => page.Value.Page.WriteAsync(context);
}
