using NotificationService.Host.Http.Cors;

namespace NotificationService.Host.Pages;

/// <summary>The inbox element for pages of any origin: a public file at an address that does not change.</summary>
public static class InboxElementApi
{
    public const string FileName = "notification-inbox.js";

    /// <summary>Pages go on with what they have for ten minutes, and for a day while a newer one is fetched. Every version of it speaks the same user API.</summary>
    private const string Caching = "public, max-age=600, stale-while-revalidate=86400";

    public static void MapInboxElement(this IEndpointRouteBuilder routes) =>
        routes.MapMethods($"/inbox/{FileName}", [HttpMethods.Get, HttpMethods.Head], WriteAsync).AllowAnonymous().ExcludeFromDescription().WithMetadata(new PublicToAllOrigins());

    private static Task WriteAsync(HttpContext context, BuiltPages pages) => pages.Inbox.Find(FileName) is { } file
        ? FileResponse.WriteAsync(context, file, Caching)
        : NotBuilt.Of("The inbox element").ExecuteAsync(context);
}
