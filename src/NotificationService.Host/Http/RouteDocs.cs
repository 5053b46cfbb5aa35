namespace NotificationService.Host.Http;

/// <summary>
/// What the OpenAPI document says of a route, stated where the route is: one line of summary, what it takes and
/// answers, each with an example. Problems, security and path parameters are added by <c>OpenApi/OperationDocs</c>.
/// </summary>
public static class RouteDocs
{
    public static RouteHandlerBuilder Documented(this RouteHandlerBuilder route, string summary, string? description = null) =>
        description is null ? route.WithSummary(summary) : route.WithSummary(summary).WithDescription(description);

    /// <summary>The request's body as JSON text, as a caller would send it.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route, string example, string contentType = "application/json") =>
        route.WithMetadata(new RequestDoc(typeof(T), example, contentType));

    /// <summary>A response that is no problem, and its body as JSON text.</summary>
    public static RouteHandlerBuilder Responds<T>(this RouteHandlerBuilder route, int status, string example) =>
        route.Produces<T>(status).WithMetadata(new ResponseDoc(status, example));

    /// <summary>A successful answer that is text and not JSON.</summary>
    public static RouteHandlerBuilder RespondsText(this RouteHandlerBuilder route, int status, string contentType, string example) =>
        route.Produces<string>(status, contentType).WithMetadata(new ResponseDoc(status, System.Text.Json.Nodes.JsonValue.Create(example).ToJsonString()));

    /// <summary>The same answer as text, for who asks for it by <c>Accept</c>.</summary>
    public static RouteHandlerBuilder AlsoRespondsText(this RouteHandlerBuilder route, int status, string contentType, string example) =>
        route.WithMetadata(new TextResponseDoc(status, contentType, example));

    /// <summary>Under the same status the answer may be another one.</summary>
    public static RouteHandlerBuilder OrResponds<T>(this RouteHandlerBuilder route, int status) => route.WithMetadata(new OtherResponseDoc(status, typeof(T)));

    /// <summary>404 when what the body names does not exist. Where the path names it, that is said by itself.</summary>
    public static RouteHandlerBuilder MayNotFind(this RouteHandlerBuilder route) => route.Produces<Problem>(StatusCodes.Status404NotFound, Problem.ContentType);

    /// <summary>A successful answer without a body.</summary>
    public static RouteHandlerBuilder RespondsNoContent(this RouteHandlerBuilder route, int status = StatusCodes.Status204NoContent) => route.Produces(status);

    /// <summary>An optional query parameter.</summary>
    public static RouteHandlerBuilder Query(this RouteHandlerBuilder route, string name, string description, string type = "string") =>
        route.WithMetadata(new ParameterDoc(name, description, type, InHeader: false));

    /// <summary>The parameters <c>page</c>, <c>limit</c> and, for a list that has one, <c>cursor</c>.</summary>
    public static RouteHandlerBuilder QueryPaging(this RouteHandlerBuilder route, bool cursor = false)
    {
        route.Query("page", cursor ? "The number of the page, from 1; numbered pages end with item 10,000." : "The number of the page, from 1.", "integer").Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer");
        return cursor ? route.Query("cursor", "Empty for the first page, then the nextCursor of the page before; nothing is counted.") : route;
    }

    /// <summary>The header <c>Idempotency-Key</c>.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder route) => route.WithMetadata(new ParameterDoc(
        IdempotencyKeyHeader.Name,
        "At most 255 visible ASCII characters. The same key with the same body gives the first answer again for 24 hours.",
        "string",
        InHeader: true));
}

/// <summary>The body that a route takes.</summary>
public sealed record RequestDoc(Type Type, string Example, string ContentType);

/// <summary>An example of a successful answer.</summary>
public sealed record ResponseDoc(int Status, string Example);

/// <summary>Another type that may be answered under a status.</summary>
public sealed record OtherResponseDoc(int Status, Type Type);

/// <summary>A successful answer in another form than its JSON.</summary>
public sealed record TextResponseDoc(int Status, string ContentType, string Example);

/// <summary>A query parameter or header that a route reads itself.</summary>
public sealed record ParameterDoc(string Name, string Description, string Type, bool InHeader);
