using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Realtime.Presence;

namespace NotificationService.Host.Api.Realtime;

/// <summary>Who is connected.</summary>
public static class PresenceApi
{
    public const int MaxUsers = 100;

    private const int LongestUsers = 6_000;
    private const int LongestRoom = 256;
    private const string Example = """{"users":[{"userId":"ann","online":true,"connections":2,"lastSeenAt":"2026-11-22T08:00:00.000000Z"}],"online":1}""";

    public static void MapPresence(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/services/presence", GetAsync).WithTags("Real time").RequireAuthorization(Policies.SeePresence)
        .Documented(
            "Says who is connected",
            $"To whichever process. Give either `users`, at most {MaxUsers} ids by commas, or one `room`. Of a room those are listed who are connected, the first {PresenceStore.MaxListed:N0} by their ids; `online` counts them all. Somebody who comes or goes shows within some seconds; `lastSeenAt` is now for whoever is connected, and null for whoever was not in the last 30 days. A test account sees nobody.")
        .Query("users", "The people, by their user ids.").Query("room", "user:ann, group:landlord, role:user, tenant:{id}, or a room that tokens name.").Responds<PresenceResponse>(200, Example);

    private static async Task<IResult> GetAsync(HttpContext context, PresenceStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (users, room) = (query.Text("users", LongestUsers), query.Text("room", LongestRoom));
        if (query.Refusal() is { } refusal)
            return refusal;
        if (users is null == room is null)
            return Problems.Validation("/query/users", users is null ? "required" : "exclusive", "Give either 'users' or 'room'.");
        string[] ids = [.. (users ?? "").Split(',').Distinct(StringComparer.Ordinal)];
        if (users is not null && (ids.Length > MaxUsers || ids.Any(id => AddressRules.UserId(id) is not null)))
            return Problems.Validation("/query/users", ids.Length > MaxUsers ? "too_many" : "user_id_invalid", $"'users' takes 1 to {MaxUsers} ids of people, by commas.");
        var caller = context.Caller();
        // What a test account publishes reaches nobody, and so nobody is there for it.
        if (!caller.Live)
            return Respond(users is null ? [] : [.. ids.Select(id => new PersonPresence(id, 0, null))], 0);
        if (room is not null)
        {
            var inRoom = await store.InRoomAsync(caller.Tenant, room, cancellationToken);
            return Respond(inRoom.People, inRoom.Online);
        }

        var people = await store.FindAsync(caller.Tenant, ids, cancellationToken);
        return Respond(people, people.Count(person => person.IsOnline));
    }

    private static IResult Respond(IReadOnlyList<PersonPresence> people, long online) =>
        JsonResponse.Of(new PresenceResponse([.. people.Select(PersonPresenceResponse.Of)], online), PresenceBodiesJson.Default.PresenceResponse);
}

/// <summary>Who is connected.</summary>
/// <param name="Users">In the order in which they were asked for; of a room by their ids.</param>
/// <param name="Online">How many are.</param>
public sealed record PresenceResponse(IReadOnlyList<PersonPresenceResponse> Users, long Online);

/// <param name="Connections">Of all processes together.</param>
/// <param name="LastSeenAt">When the person was connected last.</param>
public sealed record PersonPresenceResponse(string UserId, bool Online, int Connections, DateTimeOffset? LastSeenAt)
{
    internal static PersonPresenceResponse Of(PersonPresence person) => new(person.UserId, person.IsOnline, person.Connections, person.LastSeenAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PresenceResponse))]
internal sealed partial class PresenceBodiesJson : JsonSerializerContext;
