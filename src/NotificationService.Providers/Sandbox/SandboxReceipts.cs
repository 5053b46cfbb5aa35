using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.Providers.Sandbox;

/// <summary>
/// What the sandbox reports: by itself, as the recipient asked for, and what a tester reports in its name to
/// <c>/webhooks/sandbox/{providerId}</c>, signed with the provider's credential <c>receiptSecret</c>.
/// </summary>
internal static class SandboxReceipts
{
    /// <summary>Holds the HMAC-SHA256 of the body, in hex.</summary>
    public const string SignatureHeader = "X-Sandbox-Signature";

    public const string SecretName = "receiptSecret";
    private const int MaxItems = 10_000;

    /// <summary>What follows an accepted message.</summary>
    public static IReadOnlyList<Receipt> Of(SandboxOutcome outcome, DeliveryId delivery, string messageId, DateTimeOffset now)
    {
        return outcome switch
        {
            SandboxOutcome.Delivered or SandboxOutcome.Slow => [Report(ReceiptKind.Delivered)],
            SandboxOutcome.Bounce => [Report(ReceiptKind.Bounced) with { Code = "sandbox_bounce", Message = "the recipient asked the sandbox to bounce it", AddressDead = true }],
            SandboxOutcome.Complain =>
                [Report(ReceiptKind.Delivered), Report(ReceiptKind.Complained) with { Code = "sandbox_complain", Message = "the recipient asked the sandbox to complain" }],
            _ => [],
        };

        Receipt Report(ReceiptKind kind) => new($"{messageId}:{kind.ToName()}", kind, now)
        {
            Delivery = delivery,
            ProviderMessageId = messageId,
            Raw = $$"""{"id":"{{messageId}}:{{kind.ToName()}}","status":"{{kind.ToName()}}","deliveryId":"{{delivery.Value}}","messageId":"{{messageId}}"}""",
        };
    }

    public static ReceiptReading Read(ProviderConfiguration configuration, ReceiptRequest request)
    {
        if (request.Method != "POST" || !configuration.Credentials.TryGetValue(SecretName, out var secret))
            return new ReceiptReading.Refused("the sandbox provider has no receiptSecret, or this was no POST");
        if (!request.Headers.TryGetValue(SignatureHeader, out var signature) || !IsSigned(signature, secret, request.Body.Span))
            return new ReceiptReading.Refused("the signature is missing or wrong");
        try
        {
            var items = JsonSerializer.Deserialize(request.Body.Span, SandboxReceiptsJson.Default.IReadOnlyListSandboxReceipt);
            if (items is null || items.Count > MaxItems || items.Any(item => item?.Id is not { Length: > 0 }))
                return new ReceiptReading.Malformed($"an array of at most {MaxItems} reports is expected, each with an id");
            var receipts = items.Select(item => item.ToReceipt()).ToList();
            return receipts.Contains(null)
                ? new ReceiptReading.Malformed($"status is one of {string.Join(", ", ReceiptKinds.All.Select(kind => kind.ToName()))}")
                : new ReceiptReading.Receipts(receipts.ConvertAll(receipt => receipt!));
        }
        catch (JsonException)
        {
            return new ReceiptReading.Malformed("the body is no JSON array of reports");
        }

        static bool IsSigned(string signature, string secret, ReadOnlySpan<byte> body)
        {
            Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
            return signature.Length == 2 * given.Length
                && Convert.FromHexString(signature, given, out _, out _) == System.Buffers.OperationStatus.Done
                && CryptographicOperations.FixedTimeEquals(given, HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
        }
    }
}

/// <summary>A report as a tester writes it.</summary>
internal sealed record SandboxReceipt(
    string Id, string? Status, Guid? DeliveryId, string? MessageId, DateTimeOffset? At, string? Code, string? Message, bool AddressDead, bool Temporary, string? Address, string? Url, string? Scope)
{
    public override string ToString() => $"sandbox receipt {Status}";

    /// <summary>Null when the status is none.</summary>
    public Receipt? ToReceipt()
    {
        foreach (var kind in ReceiptKinds.All)
        {
            if (kind.ToName() == Status)
            {
                return new Receipt(Id, kind, At ?? DateTimeOffset.MinValue)
                {
                    Delivery = DeliveryId is { } id ? new DeliveryId(id) : SandboxMessageId.DeliveryIn(MessageId),
                    ProviderMessageId = MessageId,
                    Code = Code,
                    Message = Message,
                    AddressDead = AddressDead,
                    Temporary = Temporary,
                    Address = Address,
                    Url = Url,
                    Scope = SuppressionScopes.IsScope(Scope) ? Scope : null,
                    Raw = JsonSerializer.Serialize(this, SandboxReceiptsJson.Default.SandboxReceipt),
                };
            }
        }

        return null;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SandboxReceipt))]
[JsonSerializable(typeof(IReadOnlyList<SandboxReceipt>))]
internal sealed partial class SandboxReceiptsJson : JsonSerializerContext;
