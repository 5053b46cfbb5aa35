using System.Diagnostics.Metrics;

namespace NotificationService.Recipients.UserService;

/// <summary>How questions to the user service end. What the cache answers is not counted.</summary>
public sealed class UserServiceMetrics
{
    private readonly Counter<long> responses = Telemetry.Telemetry.Meter.CreateCounter<long>(
        "notification_user_service_questions_total", description: "Questions to the user service, by how they ended: found, not_found, stale (it failed, what it said before was used), failed.");

    public void Answered(string outcome) => responses.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
