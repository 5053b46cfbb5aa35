using System.Text.Json.Serialization;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;
using NotificationService.Users;

namespace NotificationService.Host.Api.Users;

/// <summary>A person to be invited.</summary>
public sealed record NewUserRequest
{
    /// <summary>The address to sign in with.</summary>
    public string? Email { get; init; }

    /// <summary>What the person is called.</summary>
    public string? Name { get; init; }

    /// <summary>The person as a recipient of notifications; the user's own id if it is left out.</summary>
    public string? UserId { get; init; }

    /// <summary>Some of platform_admin, admin, operator, viewer, user.</summary>
    public IReadOnlyList<string?>? Roles { get; init; }

    /// <summary>Free names, such as landlord or customer:42; at most 50.</summary>
    public IReadOnlyList<string?>? Groups { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a user to be invited";

    internal UserInput ToInput() => new(Email, Name, UserId, Roles, Groups);
}

/// <summary>What is to change of a person; what is left out stays.</summary>
/// <param name="Name">What the person is called.</param>
/// <param name="Roles">What the person may do from now on.</param>
/// <param name="Groups">All groups of the person from now on.</param>
public sealed record UserPatch(string? Name, IReadOnlyList<string?>? Roles, IReadOnlyList<string?>? Groups);

/// <summary>A person of the tenant.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="UserId">The person as a recipient of notifications.</param>
/// <param name="Email">The address to sign in with.</param>
/// <param name="Name">What the person is called.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Groups">Free names that the tenant gave.</param>
/// <param name="Status">invited until the invitation is accepted, then active; disabled while it is switched off.</param>
/// <param name="InvitedAt">When the last invitation was sent; null once it was accepted.</param>
/// <param name="DisabledAt">When it was disabled.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record UserResponse(
    Guid Id, string UserId, string Email, string Name, IReadOnlyList<string> Roles, IReadOnlyList<string> Groups, string Status,
    DateTimeOffset? InvitedAt, DateTimeOffset? DisabledAt, DateTimeOffset CreatedAt)
{
    public override string ToString() => $"user {Id}";

    internal static UserResponse Of(User user) => new(
        user.Id, user.UserId, user.Email, user.Name, user.Roles, user.Groups, user.Status.ToName(), user.InvitedAt, user.DisabledAt, user.CreatedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewUserRequest))]
[JsonSerializable(typeof(UserPatch))]
[JsonSerializable(typeof(UserResponse))]
[JsonSerializable(typeof(Page<UserResponse>))]
public sealed partial class UsersJson : JsonSerializerContext;
