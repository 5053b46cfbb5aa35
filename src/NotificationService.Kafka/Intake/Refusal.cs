using NotificationService.Notifications;

namespace NotificationService.Kafka.Intake;

/// <summary>Why a record, or a part of it, could not be taken.</summary>
/// <param name="Code">A stable word.</param>
/// <param name="Message">For a person.</param>
/// <param name="Issues">Field by field, where there are fields.</param>
public sealed record Refusal(string Code, string Message, IReadOnlyList<RequestIssue> Issues)
{
    public static Refusal Of(string code, string message) => new(code, message, []);

    public static Refusal Invalid(IReadOnlyList<RequestIssue> issues, string? prefix = null) =>
        new("validation_failed", $"{prefix}{(issues.Count == 1 ? issues[0].Message : $"{issues.Count} fields are not valid: {issues[0].Message}")}", issues);
}
