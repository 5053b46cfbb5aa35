using System.Text.Json.Serialization;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.Auth;

/// <summary>The caller's second factor.</summary>
public static class TotpApi
{
    private const string Code = """{"code":"123456"}""";

    public static void MapTotp(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/auth/totp").WithTags("Sign-in").RequireAuthorization(Policies.SignedInUser);
        group.MapPost("/", CreateAsync)
            .Documented(
                "Makes a second factor",
                "RFC 6238: SHA-1, six digits, 30 seconds. It counts once `confirm` was shown a code of it. The secret and the ten recovery codes stand in this answer and nowhere else. 409 `totp_active`: remove the present one first.")
            .Responds<TotpResponse>(
                StatusCodes.Status200OK,
                """{"secret":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP","otpauthUri":"otpauth://totp/Example:ann%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example&algorithm=SHA1&digits=6&period=30","recoveryCodes":["abcd-efgh-ijkl-mnop"]}""");
        group.MapPost("/confirm", ConfirmAsync)
            .Documented("Makes log-ins need a code from now on", $"422 `code_invalid` for a wrong code; 429 after {SecondFactors.MaxFailures} wrong ones in 15 minutes.")
            .Takes<TotpCode>(Code).RespondsNoContent();
        group.MapDelete("/", RemoveAsync)
            .Documented("Takes the second factor away", "By a code of it, or by a recovery code.")
            .Takes<TotpCode>(Code).RespondsNoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext context, SecondFactors factors, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return await factors.CreateAsync(context.Caller(), cancellationToken) is { } made
            ? JsonResponse.Of(new TotpResponse(made.Secret, made.OtpauthUri, made.RecoveryCodes), TotpJson.Default.TotpResponse)
            : Problems.Conflict("There is a second factor already: remove it first.", "totp_active");
    }

    private static async Task<IResult> ConfirmAsync(HttpContext context, SecondFactors factors, CancellationToken cancellationToken) =>
        Respond(await factors.ConfirmAsync(context.Caller(), (await ReadAsync(context, cancellationToken)).Code, cancellationToken));

    private static async Task<IResult> RemoveAsync(HttpContext context, SecondFactors factors, CancellationToken cancellationToken) =>
        Respond(await factors.RemoveAsync(context.Caller(), (await ReadAsync(context, cancellationToken)).Code, cancellationToken));

    private static async Task<TotpCode> ReadAsync(HttpContext context, CancellationToken cancellationToken) =>
        (await JsonBody.ReadAsync(context.Request, TotpJson.Default.TotpCode, BodyPolicy.SignIn, cancellationToken)).Value;

    private static IResult Respond(CodeOutcome outcome) => outcome switch
    {
        CodeOutcome.Right => Results.NoContent(),
        CodeOutcome.None => Problems.Conflict("There is no second factor.", "totp_missing"),
        CodeOutcome.Missing or CodeOutcome.Wrong => Problems.Validation("/code", "code_invalid", "This is not the present code."),
        CodeOutcome.TooMany => TooManyCodes(),
        _ => throw new InvalidOperationException("a closed set"),
    };

    internal static ProblemResult TooManyCodes() => Problems.LimitReached(
        SignInLimits.TooManyCode, $"{SecondFactors.MaxFailures} wrong codes may be given in 15 minutes. A recovery code is still taken.", TimeSpan.FromMinutes(1));
}

/// <summary>A code of the second factor.</summary>
/// <param name="Code">Six digits; where it says so, a recovery code.</param>
public sealed record TotpCode(string? Code);

/// <summary>A second factor, shown once.</summary>
/// <param name="Secret">In Base32, to be typed into an app.</param>
/// <param name="OtpauthUri">The same, to be shown as a QR code.</param>
/// <param name="RecoveryCodes">Each good once instead of a code.</param>
public sealed record TotpResponse(string Secret, string OtpauthUri, IReadOnlyList<string> RecoveryCodes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TotpCode))]
[JsonSerializable(typeof(TotpResponse))]
public sealed partial class TotpJson : JsonSerializerContext;
