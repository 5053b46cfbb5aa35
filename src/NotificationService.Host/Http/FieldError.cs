namespace NotificationService.Host.Http;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Pointer">A JSON Pointer into the body; <c>/query/limit</c> and <c>/headers/Idempotency-Key</c> for what is not in the body.</param>
/// <param name="Code">A stable word for the kind of mistake, such as <c>unknown_property</c>.</param>
/// <param name="Message">What was wrong and what is allowed, in plain words.</param>
public sealed record FieldError(string Pointer, string Code, string Message);
