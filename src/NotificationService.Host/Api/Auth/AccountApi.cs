using System.Text.Json.Serialization.Metadata;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>What people do about their own account: by a link that came by mail, or signed in and by their password.</summary>
public static class AccountApi
{
    private const string OnlyOnce = "A token is good once, until it expires and until a newer one of its kind is sent. Every other one is answered alike: 422 `token_invalid`.";
    private const string Link = """{"token":"nst_AZM…"}""";

    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var byLink = routes.MapGroup("/api/v1/auth").WithTags("Sign-in").AllowAnonymous();
        byLink.MapPost("/confirm-email", ConfirmEmailAsync)
            .Documented("Confirms an address, the present one or a new one", $"{OnlyOnce} 409 `email_taken`: another account of the tenant has the new address by now.")
            .Takes<TokenBody>(Link).RespondsNoContent();
        byLink.MapPost("/forgot-password", ForgotPasswordAsync)
            .Documented("Sends a link for a new password", $"Answered before anything is looked up, whether there is such an account or not. An account is sent {OneTimeTokens.MaxPerHour} an hour at most.")
            .Takes<ForgotPasswordRequest>("""{"email":"ann@example.com"}""").RespondsNoContent(StatusCodes.Status202Accepted);
        byLink.MapPost("/reset-password", ResetPasswordAsync)
            .Documented("Chooses a new password by a link", $"Every sign-in of the person ends. {OnlyOnce}")
            .Takes<ResetPasswordRequest>("""{"token":"nst_AZM…","password":"correct horse battery"}""").RespondsNoContent();
        byLink.MapPost("/accept-invitation", AcceptInvitationAsync)
            .Documented("Accepts an invitation, and signs in", $"{OnlyOnce} With 'session' the sign-in is a cookie's, as that of login.")
            .Takes<AcceptInvitationRequest>("""{"token":"nst_AZM…","name":"Ann","password":"correct horse battery"}""").Responds<SignedIn>(StatusCodes.Status200OK, AuthApi.Example);

        var byPassword = routes.MapGroup("/api/v1/auth").WithTags("Sign-in").RequireAuthorization(Policies.SignedInUser);
        byPassword.MapPost("/change-password", ChangePasswordAsync)
            .Documented("Changes the caller's password", "Every other sign-in ends: its refresh tokens at once, its access tokens within 15 minutes. 422 `password_wrong` for a wrong present one.")
            .Takes<ChangePasswordRequest>("""{"currentPassword":"correct horse battery","newPassword":"a better battery horse"}""").RespondsNoContent();
        byPassword.MapPost("/change-email", ChangeEmailAsync)
            .Documented("Changes the caller's address", "The new address is sent a link for confirm-email, and the present one hears of it. Until the link is used nothing changes. It is answered alike whether another account has the address.")
            .Takes<ChangeEmailRequest>("""{"email":"ann@example.org","password":"correct horse battery"}""").RespondsNoContent(StatusCodes.Status202Accepted);
        byPassword.MapPost("/resend-confirmation", ResendConfirmationAsync)
            .Documented("Sends the link of confirm-email once more", $"To who has not confirmed yet, {OneTimeTokens.MaxPerHour} an hour at most; to anybody else nothing is sent.")
            .RespondsNoContent(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ConfirmEmailAsync(HttpContext context, AccountChanges accounts, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.TokenBody, cancellationToken);
        return Respond(await accounts.ConfirmEmailAsync(request.Token, cancellationToken));
    }

    private static async Task<IResult> ForgotPasswordAsync(HttpContext context, ForgottenPasswords forgotten, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.ForgotPasswordRequest, cancellationToken);
        if (!SignUpRules.IsEmail(request.Email?.Trim()))
            return Problems.Validation("/email", "email_invalid", "An e-mail address such as ann@example.com is needed.");
        // What can be nobody's key is no secret, and is not asked for.
        if (request.Tenant is null or { Length: <= 63 })
            forgotten.Ask(SignInSource.OfPerson(context.Connection.RemoteIpAddress, request.Email!), request.Email!, request.Tenant, Locale(context));
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ResetPasswordAsync(HttpContext context, SignUpRules rules, AccountChanges accounts, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.ResetPasswordRequest, cancellationToken);
        if (await rules.CheckPasswordAsync(request.Password, "/password", cancellationToken) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        return Respond(await accounts.ResetPasswordAsync(request.Token, request.Password!, context.Connection.RemoteIpAddress, Locale(context), cancellationToken));
    }

    private static async Task<IResult> AcceptInvitationAsync(HttpContext context, SignUpRules rules, AccountChanges accounts, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.AcceptInvitationRequest, cancellationToken);
        var errors = new List<FieldError>();
        if (request.Name is not null)
            SignUpRules.CheckName(request.Name, "/name", errors);
        if (request.Password is not null)
            errors.AddRange(await rules.CheckPasswordAsync(request.Password, "/password", cancellationToken));
        if (SignInResponses.Check(request.Session) is { } wrongSession)
            errors.Add(wrongSession);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var (address, place) = (context.Connection.RemoteIpAddress, ClientPlace.Of(context, Locale(context)));
        return await accounts.AcceptInvitationAsync(request.Token, request.Name, request.Password, address, place, request.Session is not null, cancellationToken) is { } accepted
            ? SignInResponses.Of(context, accepted.User, accepted.Token, issuer)
            : Respond(AccountChange.TokenRefused);
    }

    private static async Task<IResult> ChangePasswordAsync(
        HttpContext context, SignUpRules rules, AccountChanges accounts, PasswordSignIn passwords, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.ChangePasswordRequest, cancellationToken);
        if (await rules.CheckPasswordAsync(request.NewPassword, "/newPassword", cancellationToken) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var (caller, address) = (context.Caller(), context.Connection.RemoteIpAddress);
        if (await accounts.FindAsync(caller, cancellationToken) is not { } user || !await passwords.IsOfAsync(user, request.CurrentPassword, address, cancellationToken))
            return WrongPassword("/currentPassword");
        var signIn = (context.User.Identity as CallerIdentity)?.SignIn;
        await accounts.ChangePasswordAsync(caller, user, signIn, request.NewPassword!, address, Locale(context), cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> ChangeEmailAsync(HttpContext context, AccountChanges accounts, PasswordSignIn passwords, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, AccountJson.Default.ChangeEmailRequest, cancellationToken);
        if (!SignUpRules.IsEmail(request.Email?.Trim()))
            return Problems.Validation("/email", "email_invalid", "An e-mail address such as ann@example.com is needed.");
        var caller = context.Caller();
        if (await accounts.FindAsync(caller, cancellationToken) is not { } user
            || !await passwords.IsOfAsync(user, request.Password, context.Connection.RemoteIpAddress, cancellationToken))
            return WrongPassword("/password");
        await accounts.ChangeEmailAsync(caller, request.Email!, Locale(context), cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ResendConfirmationAsync(HttpContext context, AccountChanges accounts, CancellationToken cancellationToken)
    {
        await accounts.ResendConfirmationAsync(context.Caller(), Locale(context), cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    /// <summary>The language that the person's browser asks for first; null where it asks for none.</summary>
    internal static string? Locale(HttpContext context)
    {
        var wanted = context.Request.GetTypedHeaders().AcceptLanguage is { Count: > 0 } languages ? languages.OrderByDescending(language => language.Quality ?? 1).First().Value.Value : null;
        return wanted is not null && LocaleName.IsValid(wanted) ? wanted : null;
    }

    private static IResult Respond(AccountChange change) => change switch
    {
        AccountChange.Done => Results.NoContent(),
        AccountChange.TokenRefused => Problems.Validation("/token", "token_invalid", "The token is not good: it was used, has expired, or a newer one was sent."),
        AccountChange.AddressTaken => Problems.Conflict("Another account of the tenant has this address.", "email_taken"),
        _ => throw new InvalidOperationException("a closed set"),
    };

    private static ProblemResult WrongPassword(string pointer) => Problems.Validation(pointer, "password_wrong", "This is not the present password.");

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => (await JsonBody.ReadAsync(context.Request, type, BodyPolicy.SignIn, cancellationToken)).Value;
}
