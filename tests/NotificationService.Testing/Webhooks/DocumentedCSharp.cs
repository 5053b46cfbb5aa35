using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Testing.Webhooks;

/// <summary>What docs/webhooks.md gives a receiver to check signatures with, letter for letter, so that it can be compiled and run.</summary>
public static class DocumentedCSharp
{
    public static bool Verify(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300)
            return false;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed);
        return signatures.Split(' ').Where(one => one.StartsWith("v1,", StringComparison.Ordinal)).Any(one =>
        {
            var given = new byte[32];
            return Convert.TryFromBase64String(one[3..], given, out var length) && CryptographicOperations.FixedTimeEquals(expected, given.AsSpan(0, length));
        });
    }
}
