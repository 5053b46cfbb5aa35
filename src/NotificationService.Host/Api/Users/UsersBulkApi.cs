using System.Text.Json.Serialization;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Users;

namespace NotificationService.Host.Api.Users;

/// <summary>Many people invited with one call. Each is invited by itself: what one lacks keeps no other out.</summary>
public static class UsersBulkApi
{
    internal const int MaxUsers = 100;

    public static void MapUsersBulk(this IEndpointRouteBuilder routes) =>
        routes.MapGroup($"{UsersApi.Path}/bulk").WithTags("Users").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses()
            .MapPost("/", InviteAsync)
            .Documented("Invites up to 100 users", "Each is `invited`, or `rejected` with its errors; those that are invited stay so whatever becomes of the others. Sent again, those who were invited are `rejected` with `email_taken`.")
            .Takes<BulkUsersRequest>("""{"users":[{"email":"bob@example.com","name":"Bob","roles":["user"],"groups":["landlord"]},{"email":"bob@example.com","name":"Bob","roles":["user"]}]}""")
            .Responds<BulkUsersResponse>(StatusCodes.Status200OK, """{"results":[{"index":0,"status":"invited","id":"01890a5d-ac96-774b-bcce-b302099a8057"},{"index":1,"status":"rejected","errors":[{"pointer":"/users/1/email","code":"email_taken","message":"The address is another user's of this tenant."}]}]}""");

    private static async Task<IResult> InviteAsync(HttpContext context, UserEditor editor, CancellationToken cancellationToken)
    {
        var users = (await JsonBody.ReadAsync(context.Request, UsersBulkJson.Default.BulkUsersRequest, cancellationToken)).Value.Users;
        if (users is not { Count: > 0 and <= MaxUsers })
            return Problems.Validation("/users", users is null ? "required" : users.Count == 0 ? "too_few" : "too_many", $"1 to {MaxUsers} users are given.");
        var caller = context.Caller();
        var results = new List<BulkUserResult>(users.Count);
        for (var i = 0; i < users.Count; i++)
        {
            var saved = users[i] is { } user
                ? await editor.InviteAsync(caller, user.ToInput(), cancellationToken)
                : new UserSaved.Invalid([new UserIssue("", "required", "A user is an object.")]);
            results.Add(saved is UserSaved.Saved made
                ? new BulkUserResult(i, "invited", made.User.Id, null)
                : new BulkUserResult(i, "rejected", null, [.. UserIssues.Of(saved).Select(issue => new FieldError($"/users/{i}{issue.Pointer}", issue.Code, issue.Message))]));
        }

        return JsonResponse.Of(new BulkUsersResponse(results), UsersBulkJson.Default.BulkUsersResponse);
    }
}

/// <summary>Many people to be invited.</summary>
/// <param name="Users">1 to 100.</param>
public sealed record BulkUsersRequest(IReadOnlyList<NewUserRequest?>? Users);

/// <summary>What became of each.</summary>
/// <param name="Results">In the order of the request.</param>
public sealed record BulkUsersResponse(IReadOnlyList<BulkUserResult> Results);

/// <summary>What became of one.</summary>
/// <param name="Index">Which, from 0.</param>
/// <param name="Status">invited or rejected.</param>
/// <param name="Id">The user's id.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record BulkUserResult(
    int Index,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FieldError>? Errors);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BulkUsersRequest))]
[JsonSerializable(typeof(BulkUsersResponse))]
public sealed partial class UsersBulkJson : JsonSerializerContext;
