namespace NotificationService.Webhooks;

/// <summary>One attempt to hand a message to an endpoint.</summary>
/// <param name="Url">As it was checked when the endpoint was saved.</param>
/// <param name="MessageId">The <c>webhook-id</c>, the same at every attempt; visible ASCII without a dot.</param>
/// <param name="Body">JSON, as it is signed and sent.</param>
/// <param name="Secrets">Those that hold now, the newest first; at least one.</param>
/// <param name="Headers">What the tenant wants sent besides.</param>
public sealed record WebhookCall(
    Uri Url, string MessageId, ReadOnlyMemory<byte> Body, IReadOnlyList<WebhookSecret> Secrets, IReadOnlyList<WebhookHeader> Headers)
{
    /// <summary>Neither addresses nor secrets in logs and exceptions.</summary>
    public override string ToString() => $"a call for the webhook message {MessageId}";
}

/// <summary>A header that a tenant wants sent, or one that was sent, then with its value masked.</summary>
public sealed record WebhookHeader(string Name, string Value)
{
    /// <summary>The value may be a secret.</summary>
    public override string ToString() => Name;
}
