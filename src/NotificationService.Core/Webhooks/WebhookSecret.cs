using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace NotificationService.Webhooks;

/// <summary>A key that an endpoint's messages are signed with, as Standard Webhooks writes it: <c>whsec_</c> and the base64 of 24 to 64 random bytes.</summary>
public sealed class WebhookSecret
{
    public const string Prefix = "whsec_";

    private const int NewBytes = 32;
    private const int MinBytes = 24;
    private const int MaxBytes = 64;

    private readonly byte[] key;

    private WebhookSecret(byte[] key) => this.key = key;

    internal ReadOnlySpan<byte> Key => key;

    public static WebhookSecret New() => new(RandomNumberGenerator.GetBytes(NewBytes));

    public static bool TryParse(string text, [NotNullWhen(true)] out WebhookSecret? secret)
    {
        var buffer = new byte[MaxBytes + 3];
        secret = text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], buffer, out var length) && length is >= MinBytes and <= MaxBytes
            ? new WebhookSecret(buffer[..length])
            : null;
        return secret is not null;
    }

    /// <summary>The whole secret, for its owner and for the vault. Nothing else may write it anywhere.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(key);

    /// <summary>A secret stays out of logs and exceptions.</summary>
    public override string ToString() => $"{Prefix}…";
}
