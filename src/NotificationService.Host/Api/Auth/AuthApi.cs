using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>Sign-in of people.</summary>
public static class AuthApi
{
    private const string Example =
        """{"accessToken":"eyJhbGciOi…","refreshToken":"nsr_AZM…","tokenType":"Bearer","expiresIn":900,"user":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","userId":"ann","email":"ann@example.com","name":"Ann","tenantId":"01890a5d-ac96-774b-bcce-b302099a8058","roles":["admin"]}}""";

    public static RouteGroupBuilder MapAuth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/auth").WithTags("Sign-in").AllowAnonymous();
        group.MapPost("/register-tenant", RegisterTenantAsync)
            .Documented("Creates a tenant and its first admin, who is signed in")
            .Takes<RegisterTenantRequest>("""{"tenantName":"Example Ltd","tenantKey":"example","admin":{"email":"ann@example.com","password":"correct horse battery","name":"Ann"}}""")
            .Responds<SignedIn>(StatusCodes.Status201Created, Example);
        group.MapPost("/login", LoginAsync)
            .Documented("Signs a person in", $"Without a tenant the password is tried in at most {SignInCandidates.MaxTenants} of those that the address is a user of, in the order in which it first signed in to them, which registering does too. 401 if it fits in none of these: then give the key of yours, which is all that is looked at. 409 (tenant_required) if it fits in several: then give the key of one.")
            .Takes<LoginRequest>("""{"email":"admin@demo.test","password":"Demo-admin-1!"}""")
            .Responds<SignedIn>(StatusCodes.Status200OK, Example);
        group.MapPost("/refresh-token", RefreshAsync)
            .Documented("Gives the next pair of tokens", "A refresh token is good for one use. Using it a second time ends the sign-in: somebody else may hold a copy.")
            .Takes<RefreshRequest>("""{"refreshToken":"nsr_AZM…"}""")
            .Responds<SignedIn>(StatusCodes.Status200OK, Example);
        group.MapPost("/logout", LogoutAsync)
            .Documented("Ends a sign-in", "Any refresh token of the sign-in will do. Ending it twice is no error.")
            .Takes<RefreshRequest>("""{"refreshToken":"nsr_AZM…"}""")
            .RespondsNoContent();
        return group;
    }

    private static async Task<IResult> RegisterTenantAsync(
        HttpContext context, SignUpRules rules, TenantRegistration registration, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.RegisterTenantRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        if (await rules.CheckAsync(request, cancellationToken) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var admin = request.Admin!;
        return await registration.RegisterAsync(request.TenantName!, request.TenantKey, admin.Email!, admin.Password!, admin.Name!, context.Connection.RemoteIpAddress, cancellationToken) is { } made
            ? Respond(context, made.Admin, made.Token, issuer, StatusCodes.Status201Created)
            : Problems.Conflict("The tenantKey is taken: choose another.");
    }

    private static async Task<IResult> LoginAsync(
        HttpContext context, PasswordSignIn signIn, SignIns signIns, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.LoginRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        var errors = new List<FieldError>();
        if (request.Email is null)
            errors.Add(new FieldError("/email", "required", "The e-mail address is needed."));
        if (request.Password is null)
            errors.Add(new FieldError("/password", "required", "The password is needed."));
        if (errors.Count > 0)
            return Problems.Validation(errors);

        // What could be nobody's is still asked for, so that it is answered like any other.
        var password = request.Password!.Length <= SignUpRules.LongestPassword ? request.Password : "";
        return await signIn.SignInAsync(request.Email!, password, request.Tenant, context.Connection.RemoteIpAddress, cancellationToken) switch
        {
            SignInOutcome.SignedIn { User: var user } => Respond(context, user, await signIns.BeginAsync(user, AccessTokenLifetimes.Refresh, cancellationToken), issuer),
            SignInOutcome.TenantRequired => Problems.Conflict("The address and the password fit in several tenants: give the key of one as 'tenant'.", "tenant_required"),
            SignInOutcome.Refused => Problems.Of(401, "unauthorized", "Sign in first", "The e-mail address or the password is wrong. An address that stands in many tenants needs the key of one as 'tenant'."),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    private static async Task<IResult> RefreshAsync(
        HttpContext context, SignIns signIns, TokenIssuer issuer, ILogger<SignIns> log, CancellationToken cancellationToken)
    {
        if (await ReadTokenAsync(context, cancellationToken) is not { } token)
            return RefreshRefused();
        switch (await signIns.RotateAsync(token, AccessTokenLifetimes.Refresh, cancellationToken))
        {
            case RotationOutcome.Rotated rotated:
                return Respond(context, rotated.User, rotated.Next, issuer);
            case RotationOutcome.Reused reused:
                log.RefreshTokenReused(reused.SignIn, token.Tenant.Value);
                return RefreshRefused();
            default:
                return RefreshRefused();
        }
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, SignIns signIns, CancellationToken cancellationToken)
    {
        if (await ReadTokenAsync(context, cancellationToken) is { } token)
            await signIns.EndAsync(token, cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Null for a text that is no refresh token of ours.</summary>
    private static async Task<RefreshToken?> ReadTokenAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, AuthJson.Default.RefreshRequest, BodyPolicy.SignIn, cancellationToken)).Value;
        return request.RefreshToken is { } text
            ? RefreshToken.Parse(text)
            : throw new ProblemException(Problems.Validation("/refreshToken", "required", "The refresh token is needed."));
    }

    private static ProblemResult RefreshRefused() => Problems.Of(401, "unauthorized", "Sign in first", "The refresh token is not good. Sign in again.");

    private static IResult Respond(HttpContext context, User user, RefreshToken refresh, TokenIssuer issuer, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.CacheControl = "no-store";
        var (token, seconds) = issuer.Issue(user, refresh.SignIn);
        var who = new SignedInUser(user.Id, user.UserId, user.Email, user.Name, user.TenantId.Value, user.Roles);
        return JsonResponse.Of(new SignedIn(token, refresh.ToString(), "Bearer", seconds, who), AuthJson.Default.SignedIn, statusCode: status);
    }
}
