using System.Text.Json.Serialization;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Users;

/// <summary>The sessions of a person, the latest first.</summary>
/// <param name="Items">Those that have not ended.</param>
public sealed record SessionList(IReadOnlyList<SessionResponse> Items);

/// <summary>A sign-in that has not ended.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Device">What it was last used with.</param>
/// <param name="Ip">The network address it was last used from.</param>
/// <param name="CreatedAt">When the person signed in.</param>
/// <param name="LastUsedAt">When it last gave an access token.</param>
/// <param name="ExpiresAt">When it ends unless it is used before.</param>
/// <param name="Current">Whether it is the one that asks.</param>
public sealed record SessionResponse(Guid Id, SessionDevice Device, string? Ip, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current)
{
    internal static SessionResponse Of(Session session, Guid? current) => new(
        session.Id, new SessionDevice(session.UserAgent), session.Ip, session.CreatedAt, session.LastUsedAt ?? session.CreatedAt, session.ExpiresAt, session.Id == current);
}

/// <summary>What a session was last used with.</summary>
/// <param name="UserAgent">As the program calls itself.</param>
public sealed record SessionDevice(string? UserAgent);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SessionList))]
public sealed partial class SessionsJson : JsonSerializerContext;
