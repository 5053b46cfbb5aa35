using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.Providers.SendGrid;

/// <summary>SendGrid's event webhook: a signed array of events, in any order and more than once.</summary>
internal static class SendGridReceipts
{
    private const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    private const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    /// <summary>
    /// How old a signed request may be, and how far ahead of our clock. SendGrid signs each try anew; within this time a
    /// copy changes nothing either, because events are known by their ids.
    /// </summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(10);

    public static ReceiptReading Read(string? publicKey, string? previousKey, ReceiptRequest request, DateTimeOffset now)
    {
        if (publicKey is null)
            return new ReceiptReading.Refused("the provider has no webhookPublicKey: without it nobody can tell whether SendGrid sent this");
        if (!request.Headers.TryGetValue(SignatureHeader, out var signature) || !request.Headers.TryGetValue(TimestampHeader, out var timestamp))
            return new ReceiptReading.Refused("the request is not signed: switch on the signed event webhook at SendGrid");
        if (!IsGenuine(publicKey, signature, timestamp, request.Body.Span) && (previousKey is null || !IsGenuine(previousKey, signature, timestamp, request.Body.Span)))
            return new ReceiptReading.Refused("the signature is not of this provider's webhookPublicKey");
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || Math.Abs(now.ToUnixTimeSeconds() - seconds) > LongestAge.TotalSeconds)
            return new ReceiptReading.Refused("the request was signed too long ago, or this machine's clock is wrong");
        try
        {
            using var document = JsonDocument.Parse(request.Body);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? new ReceiptReading.Receipts([.. document.RootElement.EnumerateArray().SelectMany(item => Counted(SendGridEvent.Of(item, now)))])
                : new ReceiptReading.Malformed("a JSON array of events is expected");
        }
        catch (JsonException)
        {
            return new ReceiptReading.Malformed("the body is no JSON");
        }
    }

    /// <summary>One that says nothing does not take the rest of its batch with it.</summary>
    private static IReadOnlyList<Receipt> Counted(IReadOnlyList<Receipt> read)
    {
        if (read.Count == 0)
            ProviderMetrics.UnreadEvent(SendGridType.TypeName);
        return read;
    }

    /// <summary>Over the bytes as they came: what was read and written again, line breaks between the events for instance, is not what was signed.</summary>
    private static bool IsGenuine(string publicKey, string signature, string timestamp, ReadOnlySpan<byte> body)
    {
        using var key = SendGridSettings.Key(publicKey);
        var bytes = new byte[256];
        if (key is null || timestamp.Length > 20 || !Convert.TryFromBase64String(signature, bytes, out var length))
            return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hash.AppendData(body);
        try
        {
            return key.VerifyHash(hash.GetHashAndReset(), bytes.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false; // no signature at all
        }
    }
}
