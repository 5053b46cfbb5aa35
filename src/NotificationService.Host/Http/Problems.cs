using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Host.Http;

/// <summary>The errors that endpoints answer with. Codes are part of the public contract; another tenant's object is <see cref="NotFound()"/>.</summary>
public static class Problems
{
    public const string LiveAccountRequiredCode = "live_account_required";

    /// <summary>Errors that one answer names: enough to correct the request, while a body of errors does not come back in full.</summary>
    public const int MaxErrors = RequestIssue.MaxNamed;

    /// <summary>422: a tenant has as many categories as it may have.</summary>
    public static ProblemResult CategoryLimit(RequestIssue issue) =>
        new(New(422, issue.Code, "The tenant has too many categories") with { Detail = issue.Message, Errors = [new FieldError(issue.Pointer, issue.Code, issue.Message)] });

    /// <summary>422: the request was understood and fields of it are wrong. List every one that is known; the first <see cref="MaxErrors"/> are named.</summary>
    public static ProblemResult Validation(IReadOnlyList<FieldError> errors) =>
        new(New(422, "validation_failed", "The request is not valid") with
        {
            Detail = errors.Count switch
            {
                1 => errors[0].Message,
                < MaxErrors => $"{errors.Count} fields are not valid",
                _ => $"{MaxErrors} fields or more are not valid; {MaxErrors} of them are named",
            },
            Errors = errors.Count <= MaxErrors ? errors : [.. errors.Take(MaxErrors)],
        });

    public static ProblemResult Validation(string pointer, string code, string message) => Validation([new FieldError(pointer, code, message)]);

    /// <summary>What a refusal says of its fields, for those who answer with no problem of their own: of one item among many, or of an event.</summary>
    public static IReadOnlyList<RequestIssue> IssuesOf(ProblemResult refusal) => refusal.Value is { Errors: { Count: > 0 } errors }
        ? [.. errors.Select(error => new RequestIssue(error.Pointer, error.Code, error.Message))]
        : [new RequestIssue("", refusal.Value.Code, refusal.Value.Detail ?? refusal.Value.Title)];

    /// <summary>404: it does not exist, or it is another tenant's; the two cannot be distinguished.</summary>
    public static ProblemResult NotFound() => Of(404, "not_found", "There is no such resource");

    /// <summary>403: a test account would change what live uses too.</summary>
    public static ProblemResult LiveAccountRequired() => Of(
        403, LiveAccountRequiredCode, "A test account may not do that", "It changes what live uses. A live account with the scope for it, or a person with the role, may.");

    /// <summary>403: the tenant may not send now.</summary>
    public static ProblemResult TenantSuspended() => Of(403, SuspendedTenants.Code, "The tenant is suspended", SuspendedTenants.Message);

    /// <summary>409: it cannot be done in the present state. The detail says how to go on.</summary>
    public static ProblemResult Conflict(string detail, string code = "conflict") => Of(409, code, "The request conflicts with the present state", detail);

    /// <summary>400 with one field named.</summary>
    public static ProblemResult BadRequest(string code, string title, string? detail = null, string? pointer = null) =>
        new(New(400, code, title) with
        {
            Detail = detail,
            Errors = pointer is null ? null : [new FieldError(pointer, code, detail ?? title)],
        });

    /// <summary>429: come again after the wait.</summary>
    public static ProblemResult RateLimited(string detail, TimeSpan retryAfter) =>
        new(New(429, "rate_limited", "Too many requests") with { Detail = detail }, retryAfter);

    /// <summary>429: a limit of one caller's is reached; the code names it and the detail says how much it is.</summary>
    public static ProblemResult LimitReached(string code, string detail, TimeSpan retryAfter) =>
        new(New(429, code, "Too many requests") with { Detail = detail }, retryAfter);

    /// <summary>408: what was sent came too slowly to be waited for now; come again after the wait.</summary>
    public static ProblemResult TimedOut(string code, string detail, TimeSpan retryAfter) =>
        new(New(408, code, "The request took too long to arrive") with { Detail = detail }, retryAfter);

    /// <summary>503: the service cannot answer now; nothing was done, or nobody knows whether it was, and the same request may be sent again.</summary>
    public static ProblemResult Unavailable(TimeSpan retryAfter) =>
        new(New(503, "unavailable", "The service is not available at the moment") with { Detail = "Send the same request again, with the same Idempotency-Key." }, retryAfter);

    public static ProblemResult Of(int status, string code, string title, string? detail = null) => new(New(status, code, title) with { Detail = detail });

    /// <summary>The problem of a bare status code, for answers that the framework makes without a body.</summary>
    public static ProblemResult OfStatus(int status) => status switch
    {
        400 => Of(400, "bad_request", "The request could not be understood"),
        401 => Of(401, "unauthorized", "Sign in first"),
        403 => Of(403, "forbidden", "This caller may not do that"),
        404 => NotFound(),
        405 => Of(405, "method_not_allowed", "The resource does not support this method", "The Allow header lists the methods it supports."),
        406 => Of(406, "not_acceptable", "The resource cannot be given in an accepted media type"),
        408 => Of(408, "request_timeout", "The request took too long to arrive"),
        411 => Of(411, "length_required", "The request needs a Content-Length"),
        413 => Of(413, "payload_too_large", "The request body is too large"),
        414 => Of(414, "uri_too_long", "The address is too long"),
        415 => Of(415, "unsupported_media_type", "The request body has an unsupported media type"),
        422 => Of(422, "validation_failed", "The request is not valid"),
        426 => Of(426, "upgrade_required", "The protocol must be upgraded"),
        429 => RateLimited("Wait before the next request.", TimeSpan.FromSeconds(1)),
        431 => Of(431, "headers_too_large", "The request headers are too large"),
        503 => Unavailable(TimeSpan.FromSeconds(1)),
        >= 500 => Of(status, "internal_error", "Something went wrong"),
        _ => Of(status, "bad_request", "The request was refused"),
    };

    private static Problem New(int status, string code, string title) => new($"urn:notification-service:problem:{code}", title, status, code);
}
