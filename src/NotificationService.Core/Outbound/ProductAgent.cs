namespace NotificationService.Outbound;

/// <summary>How this service names itself in the <c>User-Agent</c> of every request that it makes: product and version (RFC 9110, 10.1.5).</summary>
public static class ProductAgent
{
    private const string Product = "NotificationService";

    private static readonly string Version = typeof(ProductAgent).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>For example <c>NotificationService/1.0.0</c>.</summary>
    public static readonly string Value = $"{Product}/{Version}";

    /// <summary>For example <c>NotificationService-Webhooks/1.0.0</c>: a part of it that receivers may want to distinguish.</summary>
    public static string Of(string part) => $"{Product}-{part}/{Version}";
}
