using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>Sign-in of people.</summary>
public static class AuthApi
{
    internal const string Example =
        """{"accessToken":"eyJhbGciOi…","refreshToken":"nsr_AZM…","tokenType":"Bearer","expiresIn":900,"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","userId":"ann","email":"ann@example.com","name":"Ann","tenantId":"01890a5d-ac96-774b-bcce-b302099a8058","roles":["admin"]}}""";

    public static RouteGroupBuilder MapAuth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/auth").WithTags("Sign-in").AllowAnonymous();
        group.MapPost("/register-tenant", RegisterTenantAsync)
            .Documented(
                "Creates a tenant and its first admin, who is signed in",
                "The tenant begins with a sandbox provider for every channel and the demo's templates, unless `starter` is false. The address is sent a link that confirms it; until then it comes last of those whose password a log-in without a tenant tries. The same address and company name a second time: 409 `already_registered`.")
            .Takes<RegisterTenantRequest>("""{"tenantName":"Example Ltd","tenantKey":"example","admin":{"email":"ann@example.com","password":"correct horse battery","name":"Ann"}}""")
            .Responds<SignedIn>(StatusCodes.Status201Created, Example);
        group.MapPost("/login", LoginAsync)
            .Documented("Signs a person in", $"Without a tenant the password is tried in at most {SignInCandidates.MaxTenants} of those that the address is a user of, in the order in which it first signed in to them, which registering does too. 401 if it fits in none of these: then give the key of yours, which is all that is looked at. 409 (tenant_required) if it fits in several: then give the key of one. 401 (totp_required) after the right password of somebody with a second factor: then give its code, too. With `session: cookie` the refresh token is set as a cookie of this site that only the routes below see, and `csrfToken` is what they want to see beside it.")
            .Takes<LoginRequest>("""{"email":"admin@demo.test","password":"Demo-admin-1!"}""")
            .Responds<SignedIn>(StatusCodes.Status200OK, Example);
        group.MapPost("/refresh-token", RefreshAsync)
            .Documented("Gives the next pair of tokens", $"A refresh token is good for one use. Using it a second time ends the sign-in: somebody else may hold a copy. With `session: cookie` the token is the cookie, and 403 `csrf_token_invalid` without the header {SessionCookie.CsrfHeader}; for ten seconds the cookie that was just replaced still gives an access token, because tabs share it, and no new cookie.")
            .Takes<RefreshRequest>("""{"refreshToken":"nsr_AZM…"}""")
            .Responds<SignedIn>(StatusCodes.Status200OK, Example).Produces<Problem>(StatusCodes.Status403Forbidden, Problem.ContentType);
        group.MapPost("/logout", LogoutAsync)
            .Documented("Ends a sign-in", "Any refresh token of the sign-in will do. Ending it twice is no error. Its access tokens are refused within seconds.")
            .Takes<RefreshRequest>("""{"refreshToken":"nsr_AZM…"}""")
            .RespondsNoContent().Produces<Problem>(StatusCodes.Status403Forbidden, Problem.ContentType);
        return group;
    }

    private static async Task<IResult> RegisterTenantAsync(
        HttpContext context, SignUpRules rules, TenantRegistration registration, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.RegisterTenantRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        if (await rules.CheckAsync(request, cancellationToken) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var admin = request.Admin!;
        var wanted = new NewTenant(request.TenantName!, request.TenantKey, admin.Email!, admin.Password!, admin.Name!, request.Starter ?? true, ClientPlace.Of(context, AccountApi.Locale(context)));
        return await registration.RegisterAsync(wanted, context.Connection.RemoteIpAddress, cancellationToken) switch
        {
            RegistrationOutcome.Registered made => SignInResponses.Of(context, made.Admin, made.Token, issuer, StatusCodes.Status201Created),
            RegistrationOutcome.KeyTaken => Problems.Conflict("The tenantKey is taken: choose another."),
            RegistrationOutcome.AlreadyRegistered => Problems.Conflict("This address has registered a company of this name already: sign in there, or choose another name.", "already_registered"),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static async Task<IResult> LoginAsync(
        HttpContext context, PasswordSignIn signIn, SignInPlaces places, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.LoginRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        var errors = new List<FieldError>();
        if (request.Email is null)
            errors.Add(new FieldError("/email", "required", "The e-mail address is needed."));
        if (request.Password is null)
            errors.Add(new FieldError("/password", "required", "The password is needed."));
        if (SignInResponses.Check(request.Session) is { } wrongSession)
            errors.Add(wrongSession);
        if (errors.Count > 0)
            return Problems.Validation(errors);

        // What could be nobody's is still asked for, so that it is answered like any other.
        var password = request.Password!.Length <= SignUpRules.LongestPassword ? request.Password : "";
        return await signIn.SignInAsync(request.Email!, password, request.Tenant, request.Code, context.Connection.RemoteIpAddress, cancellationToken) switch
        {
            SignInOutcome.SignedIn { User: var user } => SignInResponses.Of(
                context, user, await places.BeginAsync(user, ClientPlace.Of(context, AccountApi.Locale(context)), request.Session is not null, cancellationToken), issuer),
            SignInOutcome.TenantRequired => Problems.Conflict("The address and the password fit in several tenants: give the key of one as 'tenant'.", "tenant_required"),
            SignInOutcome.CodeRequired required => Problems.Of(
                401, "totp_required", "A code is needed", required.IsWrong ? "The code is wrong, or was used: give the present one as 'code'." : "Give the present code of your second factor, or a recovery code, as 'code'."),
            SignInOutcome.TooManyCodes => TotpApi.TooManyCodes(),
            SignInOutcome.Refused => Problems.Of(401, "unauthorized", "Sign in first", "The e-mail address or the password is wrong. An address that stands in many tenants needs the key of one as 'tenant'."),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static async Task<IResult> RefreshAsync(
        HttpContext context, SignIns signIns, TokenIssuer issuer, EndedTokens ended, ILogger<SignIns> log, CancellationToken cancellationToken)
    {
        if (await ReadTokenAsync(context, cancellationToken) is not { } token)
            return RefreshRefused();
        if (token.IsCookie && !SessionCookie.HasCsrfToken(context.Request, token))
            return SessionCookie.CsrfRefused();
        switch (await signIns.RotateAsync(token, context.Device(), AccessTokenLifetimes.Refresh, cancellationToken))
        {
            case RotationOutcome.Rotated rotated:
                return SignInResponses.Of(context, rotated.User, rotated.Next, issuer);
            case RotationOutcome.JustReplaced replaced:
                return SignInResponses.WithoutNext(context, replaced.User, token, issuer);
            case RotationOutcome.Reused reused:
                ended.AddSignIn(reused.SignIn);
                log.RefreshTokenReused(reused.SignIn, token.Tenant.Value);
                return RefusedWith(context, token);
            default:
                return RefusedWith(context, token);
        }
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, SignIns signIns, EndedTokens ended, CancellationToken cancellationToken)
    {
        if (await ReadTokenAsync(context, cancellationToken) is { } token)
        {
            if (token.IsCookie && !SessionCookie.HasCsrfToken(context.Request, token))
                return SessionCookie.CsrfRefused();
            if (token.IsCookie)
                SessionCookie.Delete(context.Response);
            if (await signIns.EndAsync(token, cancellationToken))
                ended.AddSignIn(token.SignIn);
        }

        return Results.NoContent();
    }

    /// <summary>Null for a text that is no refresh token of ours.</summary>
    private static async Task<RefreshToken?> ReadTokenAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.RefreshRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        if (SignInResponses.Check(request.Session) is { } wrong)
            throw new ProblemException(Problems.Validation([wrong]));
        if (request.Session is not null && request.RefreshToken is not null)
            throw new ProblemException(Problems.Validation("/refreshToken", "ambiguous", "The refresh token is the cookie or stands here, not both."));
        if (request.Session is not null)
            return SessionCookie.Read(context.Request);
        return request.RefreshToken is { } text
            ? RefreshToken.Parse(text)
            : throw new ProblemException(Problems.Validation("/refreshToken", "required", "The refresh token is needed."));
    }

    /// <summary>A cookie that is good for nothing is taken back.</summary>
    private static ProblemResult RefusedWith(HttpContext context, RefreshToken token)
    {
        if (token.IsCookie)
            SessionCookie.Delete(context.Response);
        return RefreshRefused();
    }

    private static ProblemResult RefreshRefused() => Problems.Of(401, "unauthorized", "Sign in first", "The refresh token is not good. Sign in again.");
}
