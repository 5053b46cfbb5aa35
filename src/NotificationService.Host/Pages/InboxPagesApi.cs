
namespace NotificationService.Host.Pages;

/// <summary>Pages around the inbox element: one where people who have a log-in here read their inbox, and in Development one where a newcomer sees a notification arrive.</summary>
public static class InboxPagesApi
{
    /// <summary>Their names stay the same from version to version, so a browser asks each time whether it has this one.</summary>
    private const string Caching = "no-cache";

    private static readonly string[] Files = ["page.css", "page.js"];

    public static void MapInboxPages(this WebApplication app)
    {
        var built = app.Services.GetRequiredService<BuiltPages>();
        Map(app, "/inbox", built.InboxPage);
        if (app.Environment.IsDevelopment())
            Map(app, "/demo/inbox", built.DemoPage);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, BuiltFolder folder)
    {
        var page = new Lazy<HtmlPage?>(() => folder.Find("index.html") is { } file ? HtmlPage.Of(file) : null);
        MapRead(routes, path, context => page.Value is { } found ? found.WriteAsync(context) : NotBuilt.Of("The page").ExecuteAsync(context));
        foreach (var name in Files)
            MapRead(routes, $"{path}/{name}", context => folder.Find(name) is { } file ? FileResponse.WriteAsync(context, file, Caching) : NotBuilt.Of("The file").ExecuteAsync(context));
    }

    private static void MapRead(IEndpointRouteBuilder routes, string path, RequestDelegate respond) =>
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], respond).AllowAnonymous().ExcludeFromDescription();
}
