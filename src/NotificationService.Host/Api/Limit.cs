namespace NotificationService.Host.Api;

/// <summary>A limit that a caller can reach.</summary>
/// <param name="Of">What is limited.</param>
/// <param name="Value">How much, with its unit; the default where there is a setting.</param>
/// <param name="Response">The status and code beyond it, or what happens then.</param>
/// <param name="Setting">How an operator changes it; null: it stands.</param>
public sealed record Limit(string Of, string Value, string Response, string? Setting = null)
{
    /// <summary>As a row of a table in Markdown.</summary>
    public string Row => $"| {Of} | {Value} | {Response} | {(Setting is null ? "" : $"`{Setting}`")} |";
}
