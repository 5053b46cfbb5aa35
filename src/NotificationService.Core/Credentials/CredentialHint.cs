namespace NotificationService.Credentials;

/// <summary>What may be shown of a secret: enough to distinguish two, and nothing at all of a short one.</summary>
internal static class CredentialHint
{
    public const string Nothing = "…";

    private const int ShortestShown = 20;

    /// <summary><c>SG.abcdefghijklmnopqrstuvwxyz</c> → <c>SG.…wxyz</c>.</summary>
    public static string Of(string secret) => secret.Length >= ShortestShown && secret.All(char.IsAscii)
        ? $"{secret[..3]}{Nothing}{secret[^4..]}"
        : Nothing;
}
