namespace NotificationService.Webhooks;

/// <summary>Which of an endpoint's signing secrets hold, and until when.</summary>
internal static class SecretRotation
{
    public const int MaxOld = 10;

    /// <summary>When the next old one retires, if so many of them still sign that no other may join them; else null.</summary>
    public static DateTimeOffset? Full(IEnumerable<WebhookSecretRow> secrets, DateTimeOffset now)
    {
        var old = secrets.Where(secret => EndpointFields.IsSecret(secret.Field) && secret.RetiresAt > now).ToList();
        return old.Count >= MaxOld ? old.Min(secret => secret.RetiresAt) : null;
    }

    /// <summary>Those that hold without end get one, those that have retired go. The number of the next one.</summary>
    public static int Retire(List<WebhookSecretRow> secrets, DateTimeOffset now, TimeSpan keepOldFor)
    {
        var next = 1 + secrets.Where(secret => EndpointFields.IsSecret(secret.Field)).Max(secret => EndpointFields.NumberOf(secret.Field));
        foreach (var current in secrets.Where(secret => EndpointFields.IsSecret(secret.Field) && secret.RetiresAt is null))
            current.RetiresAt = now + keepOldFor;
        secrets.RemoveAll(secret => secret.RetiresAt <= now);
        return next;
    }
}
