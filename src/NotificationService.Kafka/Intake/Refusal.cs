using NotificationService.Notifications;
using NotificationService.Quotas;

namespace NotificationService.Kafka.Intake;

/// <summary>Why a record, or a part of it, could not be taken.</summary>
/// <param name="Code">A stable word.</param>
/// <param name="Message">For a person.</param>
/// <param name="Issues">Field by field, where there are fields.</param>
public sealed record Refusal(string Code, string Message, IReadOnlyList<RequestIssue> Issues)
{
    public static Refusal IdReused { get; } = Of("id_reused", "Another event with the same source and id was taken before. Each event needs an id of its own.");

    public static Refusal Of(string code, string message) => new(code, message, []);

    public static Refusal Invalid(IReadOnlyList<RequestIssue> issues, string? prefix = null) =>
        new(issues.Count == 1 && issues[0].Code is DailyLimit.QuotaCode or DailyLimit.CapCode ? issues[0].Code : "validation_failed", $"{prefix}{(issues.Count == 1 ? issues[0].Message : $"{issues.Count} fields are not valid: {issues[0].Message}")}", issues);
}
