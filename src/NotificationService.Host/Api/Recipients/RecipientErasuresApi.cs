using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Erasure;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Recipients;

/// <summary>The erasure of a person, and its receipt.</summary>
public static class RecipientErasuresApi
{
    public const string Root = "/api/v1/services/erasures";

    private const string Receipt =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31","status":"done","mode":"live","recipientDigest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","requestedAt":"2026-11-21T09:00:00.000000Z","finishedAt":"2026-11-21T09:03:00.000000Z","counts":{"cancelled":1,"directory":1,"notifications":12},"signed":"recipient erasure\n01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31\nlive\n9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n2026-11-21T09:00:00.000000Z\n2026-11-21T09:03:00.000000Z\ncancelled 1\ndirectory 1\nnotifications 12","keyId":"k1","publicKey":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE","signature":"MEUCIQCtIHJeH93Y"}""";

    public static void MapRecipientErasures(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"{Root}/{{id:guid}}", GetAsync).WithTags("Recipients").RequireAuthorization(Policies.WriteRecipients)
            .Documented("Shows the receipt of a person's erasure", "It does not say who it was. Once it is done it is signed: `signature` is ECDSA P-256 with SHA-256 over the UTF-8 bytes of `signed`, DER in base64, and `publicKey` what verifies it.")
            .Responds<RecipientErasureResponse>(200, Receipt);

    internal static async Task<IResult> RequestAsync(string userId, HttpContext context, RecipientErasures erasures, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var live = query.Directory(context).Live;
        if (query.Refusal() is { } refusal)
            return refusal;
        if (AddressRules.UserId(userId) is { } issue)
            return Problems.Validation("/path/userId", issue.Code, issue.Message);
        if (await erasures.RequestAsync(context.Caller(), live, userId, cancellationToken) is not { } id)
            return Problems.LimitReached("too_many_erasures", $"A tenant has at most {RecipientErasures.MaxOpen} erasures that go on at once.", TimeSpan.FromMinutes(1));
        context.Response.Headers.Location = $"{Root}/{id}";
        return JsonResponse.Of(new RecipientErasureRequested(id), RecipientErasuresJson.Default.RecipientErasureRequested, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, RecipientErasures erasures, ErasureSigner signer, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        // An account of one mode sees what was erased of its own.
        return await erasures.FindAsync(caller.Tenant, id, cancellationToken) is { } erasure && (caller.OnlyMode is not { } own || own == erasure.Live)
            ? JsonResponse.Of(RecipientErasureResponse.Of(erasure, signer), RecipientErasuresJson.Default.RecipientErasureResponse)
            : Problems.NotFound();
    }
}

/// <summary>Where its receipt is.</summary>
public sealed record RecipientErasureRequested(Guid ErasureId);

/// <summary>The receipt of a person's erasure.</summary>
/// <param name="Status">running or done.</param>
/// <param name="Mode">live: whatever there was of the person; test: only what test accounts sent and kept.</param>
/// <param name="RecipientDigest">Keyed, of the userId: of two erasures of the same person it is the same.</param>
/// <param name="FinishedAt">Absent while it runs, as is what follows the counts.</param>
/// <param name="Counts">How many of each kind went so far.</param>
/// <param name="Signed">The text that is signed.</param>
/// <param name="KeyId">The master key that the signing key is derived from.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo, DER in base64. Absent where the service does not have that master key any more.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256, DER in base64.</param>
public sealed record RecipientErasureResponse(
    Guid Id, string Status, string Mode, string RecipientDigest, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, IReadOnlyDictionary<string, long> Counts, string? Signed, string? KeyId,
    string? PublicKey, string? Signature)
{
    internal static RecipientErasureResponse Of(RecipientErasure erasure, ErasureSigner signer) => new(
        erasure.Id, erasure.FinishedAt is null ? "running" : "done", erasure.Live ? "live" : "test", erasure.Digest, erasure.RequestedAt, erasure.FinishedAt, erasure.Counts,
        erasure.FinishedAt is null ? null : erasure.Text(), erasure.KeyId, erasure.KeyId is { } key ? signer.PublicKey(key) : null, erasure.Signature);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecipientErasureRequested))]
[JsonSerializable(typeof(RecipientErasureResponse))]
internal sealed partial class RecipientErasuresJson : JsonSerializerContext;
