namespace NotificationService.Host.Pages;

/// <summary>Where links of e-mails lead by which people unsubscribe and choose what they get. Nobody signs in: the link itself is what is checked.</summary>
public static class UnsubscribePagesApi
{
    /// <summary>Not in the OpenAPI document, which is for callers.</summary>
    public static void MapUnsubscribePages(this IEndpointRouteBuilder routes) => routes
        .MapMethods("/u/{token}", [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post], (string token, HttpContext context, UnsubscribeHandler handler) => handler.RespondAsync(token, context))
        .AllowAnonymous().ExcludeFromDescription();
}
