using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Realtime;

namespace NotificationService.Host.Api.Realtime;

/// <summary>That somebody types: passed on to who is there, and stored nowhere.</summary>
public static class TypingApi
{
    private const int LongestRoom = 256;

    private const string Often = "Passed on at most once a second for a person in a room; what comes more often is taken and goes nowhere.";

    public static void MapTyping(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/users/me/typing", TypeAsync).WithTags("Real time").RequireAuthorization(Policies.Inbox)
            .Documented("Says that you type", $"To the others who are connected in a room of yours, as the event `typing` with `userId` and `room`: a free room or a group of your token. {Often}")
            .Takes<TypingRequest>("""{"room":"building-7"}""").RespondsNoContent();
        routes.MapPost("/api/v1/services/typing", TypeForAsync).WithTags("Real time").RequireAuthorization(Policies.PublishEvents).RefusedWhileSuspended()
            .Documented("Says that somebody types", $"To those who are connected in any room, also that of one person, `user:bob`. {Often} What a test account says reaches nobody.")
            .Takes<ServiceTypingRequest>("""{"userId":"ann","room":"user:bob"}""").RespondsNoContent();
    }

    private static async Task<IResult> TypeAsync(HttpContext context, TypingSignals typing, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, TypingBodiesJson.Default.TypingRequest, cancellationToken)).Value;
        var caller = context.Caller();
        if (RoomFault(request.Room) is { } fault)
            return Problems.Validation([fault]);
        if (!caller.Rooms.Contains(request.Room!) && !caller.Groups.Any(group => Room.OfGroup(group) == request.Room))
            return Problems.Validation("/room", "room_not_allowed", "'room' is a free room or a group of your token.");
        typing.Say(caller.Tenant, caller.UserId!, request.Room!);
        return Results.NoContent();
    }

    private static async Task<IResult> TypeForAsync(HttpContext context, TypingSignals typing, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, TypingBodiesJson.Default.ServiceTypingRequest, cancellationToken)).Value;
        var errors = new List<FieldError>();
        if (request.UserId is null || AddressRules.UserId(request.UserId) is not null)
            errors.Add(new("/userId", request.UserId is null ? "required" : "user_id_invalid", "'userId' is the id of the person who types."));
        if (RoomFault(request.Room) is { } fault)
            errors.Add(fault);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var caller = context.Caller();
        if (caller.Live)
            typing.Say(caller.Tenant, request.UserId!, request.Room!);
        return Results.NoContent();
    }

    private static FieldError? RoomFault(string? room) => room is { Length: > 0 and <= LongestRoom } && !room.Contains('\0', StringComparison.Ordinal)
        ? null
        : new("/room", room is null ? "required" : "text_invalid", $"'room' has 1 to {LongestRoom} characters.");
}

/// <summary>Where somebody types.</summary>
/// <param name="Room">A free room or a group of the person's token.</param>
public sealed record TypingRequest(string? Room);

/// <summary>Who types, and where.</summary>
/// <param name="Room">Any room.</param>
public sealed record ServiceTypingRequest(string? UserId, string? Room);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TypingRequest))]
[JsonSerializable(typeof(ServiceTypingRequest))]
internal sealed partial class TypingBodiesJson : JsonSerializerContext;
