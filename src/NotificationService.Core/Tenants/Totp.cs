using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Tenants;

/// <summary>One-time codes by the time, RFC 6238, as every authenticator app makes them: SHA-1, six digits, a step of 30 seconds. Pure.</summary>
public static class Totp
{
    public const int SecretSize = 20;
    public const int Digits = 6;

    private const int StepSeconds = 30;

    /// <summary>A telephone's clock may be a step off in either direction.</summary>
    private const int Tolerance = 1;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepOf(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / StepSeconds;

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6238's default, and all that many apps know; an HMAC does not need what SHA-1 lost.")]
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff;
        return (number % (uint)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step that a code is of; null when it is wrong, or of a step up to the one that was last used. All steps are compared, whichever fits.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStep)
    {
        long? match = null;
        var given = Encoding.UTF8.GetBytes(code);
        for (var step = StepOf(now) - Tolerance; step <= StepOf(now) + Tolerance; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), given) && step > lastStep)
                match ??= step;
        }

        return match;
    }

    /// <summary>As apps take secrets: without padding.</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(((bytes.Length * 8) + 4) / 5);
        var (bits, count) = (0, 0);
        foreach (var value in bytes)
        {
            (bits, count) = ((bits << 8) | value, count + 8);
            while (count >= 5)
            {
                count -= 5;
                text.Append(Base32[(bits >> count) & 31]);
            }

            bits &= (1 << count) - 1;
        }

        if (count > 0)
            text.Append(Base32[(bits << (5 - count)) & 31]);
        return text.ToString();
    }
}
