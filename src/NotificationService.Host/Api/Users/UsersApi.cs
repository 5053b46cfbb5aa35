using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;
using NotificationService.Users;

namespace NotificationService.Host.Api.Users;

/// <summary>A tenant's people.</summary>
public static class UsersApi
{
    internal const string Path = "/api/v1/admin/users";
    internal const string Example =
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","userId":"bob","email":"bob@example.com","name":"Bob","roles":["operator"],"groups":["landlord","customer:42"],"status":"invited","invitedAt":"2026-01-31T09:30:00.000000Z","disabledAt":null,"createdAt":"2026-01-31T09:30:00.000000Z"}""";

    private static readonly Dictionary<string, UserStatus> Statuses = Enum.GetValues<UserStatus>().ToDictionary(status => status.ToName());
    private static readonly Dictionary<string, int> Roles = UserRoles.All.Index().ToDictionary(role => role.Item, role => role.Index);

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Users").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("Lists the users", "The earliest first, by cursor. A page may be short or empty and still have a nextCursor: only so many rows are looked at for each.")
            .Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer").Query("cursor", "The nextCursor of the page before.")
            .Query("email", "Only the user with this address.").Query("userId", "Only this person.").Query("status", $"{string.Join(", ", Statuses.Keys)}.")
            .Query("role", $"Only with this role: {string.Join(", ", UserRoles.All)}.").Query("group", "Only in this group.")
            .Responds<Page<UserResponse>>(StatusCodes.Status200OK, $$"""{"items":[{{Example}}],"nextCursor":"AZm…"}""");
        group.MapPost("/", InviteAsync)
            .Documented("Invites a user", "The user is `invited` until the invitation is accepted. Only a platform admin gives the role platform_admin (403). An address or userId that is another user's of the tenant is 409 `email_taken` or `user_id_taken`.")
            .Takes<NewUserRequest>("""{"email":"bob@example.com","name":"Bob","userId":"bob","roles":["operator"],"groups":["landlord","customer:42"]}""")
            .Responds<UserResponse>(StatusCodes.Status201Created, Example);
        group.MapGet("/{id:guid}", GetAsync).Documented("Shows one user").Responds<UserResponse>(StatusCodes.Status200OK, Example);
        group.MapPatch("/{id:guid}", PatchAsync)
            .Documented("Changes a user", "What is left out stays. Where roles or groups change, the user's access tokens are refused within 30 seconds; the next refresh gives one that says what is so. The last admin stays one: 409 `last_admin`.")
            .Takes<UserPatch>("""{"roles":["admin"],"groups":[]}""").Responds<UserResponse>(StatusCodes.Status200OK, Example);
        group.MapDelete("/{id:guid}", DeleteAsync)
            .Documented("Deletes a user", "Sessions end, access tokens are refused within 30 seconds. Not the last admin: 409 `last_admin`. Notifications to the person stay.").RespondsNoContent();
        group.MapPost("/{id:guid}/disable", DisableAsync)
            .Documented("Disables a user", "Until it is enabled. Sessions end, access tokens are refused within 30 seconds. Not the last admin: 409 `last_admin`.").Responds<UserResponse>(StatusCodes.Status200OK, Example);
        group.MapPost("/{id:guid}/enable", EnableAsync).Documented("Enables a user again", "What was open before stays ended: the person signs in.").Responds<UserResponse>(StatusCodes.Status200OK, Example);
        group.MapPost("/{id:guid}/resend-invitation", ResendAsync)
            .Documented("Sends the invitation again", "The one before is good no longer. 409 `not_invited` where the user has come already or is disabled.").Responds<UserResponse>(StatusCodes.Status200OK, Example);
    }

    private static async Task<IResult> ListAsync(HttpContext context, UserList list, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var limit = query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range");
        var filter = new UserFilter(
            query.Text("email", 254), query.Text("userId"), query.Choice("status", Statuses), query.Choice("role", Roles) is { } role ? UserRoles.All[role] : null, query.Text("group"));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} users {filter.Status} {filter.Role} {filter.Group} {filter.UserId} {filter.Email}";
        var after = query.Cursor(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await list.ListAsync(tenant, filter, Storage.PageRequest.ByCursor(after, limit), cancellationToken);
        return JsonResponse.Of(
            new Page<UserResponse>([.. page.Items.Select(UserResponse.Of)], NextCursor: page.Next is { } next ? ListCursor.Write(next, scope) : null), UsersJson.Default.PageUserResponse);
    }

    private static async Task<IResult> InviteAsync(HttpContext context, UserEditor editor, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, UsersJson.Default.NewUserRequest, cancellationToken)).Value;
        var saved = await editor.InviteAsync(context.Caller(), body.ToInput(), cancellationToken);
        if (saved is UserSaved.Saved { User.Id: var id })
            context.Response.Headers.Location = $"{Path}/{id}";
        return UserProblems.Of(saved) ?? Respond(saved, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, UserList list, CancellationToken cancellationToken) =>
        await list.FindAsync(context.Caller().Tenant, id, cancellationToken) is { } user
            ? JsonResponse.Of(UserResponse.Of(user), UsersJson.Default.UserResponse)
            : Problems.NotFound();

    private static async Task<IResult> PatchAsync(Guid id, HttpContext context, UserEditor editor, EndedTokens ended, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, UsersJson.Default.UserPatch, cancellationToken)).Value;
        return End(ended, await editor.ChangeAsync(context.Caller(), id, new UserChange(body.Name, body.Roles, body.Groups), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, UserEditor editor, EndedTokens ended, CancellationToken cancellationToken)
    {
        var saved = await editor.DeleteAsync(context.Caller(), id, cancellationToken);
        if (saved is UserSaved.Saved { User: var user })
            ended.AddDeleted(user.Id);
        return UserProblems.Of(saved) ?? Results.NoContent();
    }

    private static async Task<IResult> DisableAsync(Guid id, HttpContext context, UserEditor editor, EndedTokens ended, CancellationToken cancellationToken) =>
        End(ended, await editor.DisableAsync(context.Caller(), id, cancellationToken));

    private static async Task<IResult> EnableAsync(Guid id, HttpContext context, UserEditor editor, EndedTokens ended, CancellationToken cancellationToken) =>
        End(ended, await editor.EnableAsync(context.Caller(), id, cancellationToken));

    private static async Task<IResult> ResendAsync(Guid id, HttpContext context, UserEditor editor, EndedTokens ended, CancellationToken cancellationToken) =>
        End(ended, await editor.InviteAgainAsync(context.Caller(), id, cancellationToken));

    /// <summary>Tokens that say what is not so any more are refused here at once.</summary>
    private static IResult End(EndedTokens ended, UserSaved saved)
    {
        if (saved is UserSaved.Saved { User: var user })
            ended.Add(user.Id, user.TokenVersion);
        return UserProblems.Of(saved) ?? Respond(saved, StatusCodes.Status200OK);
    }

    private static IResult Respond(UserSaved saved, int status) =>
        JsonResponse.Of(UserResponse.Of(((UserSaved.Saved)saved).User), UsersJson.Default.UserResponse, statusCode: status);
}
