using NotificationService.Host.Http;
using NotificationService.Realtime;

namespace NotificationService.Host.Api.Realtime;

/// <summary>What is sent of an event besides the event: a notification for each person whom the audience names.</summary>
public sealed record NotifyBody
{
    /// <summary>The key of a published template. Its variables are the event's <c>data</c>.</summary>
    public string? Template { get; init; }

    /// <summary>As in a notification; those of the template if it is left out.</summary>
    public IReadOnlyList<string?>? Channels { get; init; }

    /// <summary>Null, and what is wrong with it or with the audience that it is for.</summary>
    internal EventNotify? Check(IReadOnlyList<AudienceBody?> audience, int dataBytes, List<FieldError> errors)
    {
        var before = errors.Count;
        if (Template is null)
            errors.Add(new("/notify/template", "required", "'notify' names the key of a published template."));
        var people = new List<NotifiedPerson>();
        for (var i = 0; i < audience.Count; i++)
            NotifiedPeople.Add(audience[i]!, audience.Count == 1 ? "/audience" : $"/audience/{i}", people, errors);
        NotifiedPerson[] each = [.. people.DistinctBy(person => person.UserId, StringComparer.Ordinal)];
        if (errors.Count > before)
            return null;
        if (each.Length is 0 or > EventNotify.MaxPeople)
        {
            errors.Add(new("/audience", each.Length == 0 ? "audience_empty" : "too_many", $"With 'notify' an audience names 1 to {EventNotify.MaxPeople} people."));
            return null;
        }

        if ((long)each.Length * dataBytes > EventNotify.MaxStored)
        {
            errors.Add(new("/data", "too_large", $"With 'notify' the data are stored for each person: at most {EventNotify.MaxStored >> 20} MiB for all of them, which is {EventNotify.MaxStored / each.Length} bytes of 'data'."));
            return null;
        }

        return new EventNotify(Template, Channels, each);
    }
}

/// <summary>Whom an audience names in a way that everybody can be listed: nobody knows who is in a group before they connect.</summary>
internal static class NotifiedPeople
{
    public const string UnknownCode = "notify_people_unknown";

    private static readonly string OfUser = Room.OfUser("");

    public static void Add(AudienceBody alternative, string pointer, List<NotifiedPerson> people, List<FieldError> errors)
    {
        var rooms = alternative.Rooms?.OfType<string>().ToList();
        string? unknown = alternative.Groups is not null ? "groups" : alternative.Roles is not null ? "roles"
            : rooms?.Exists(room => !room.StartsWith(OfUser, StringComparison.Ordinal)) == true ? "rooms"
            : alternative.Users is null && rooms is null ? "tenant" : null;
        if (unknown is not null)
        {
            errors.Add(new(
                $"{pointer}/{unknown}", UnknownCode,
                $"Who that is stands in the tokens of those who are connected, and nobody can be notified by it. With 'notify' name people by 'users', or by rooms '{OfUser}…'."));
            return;
        }

        var ofRooms = rooms?.Select(room => room[OfUser.Length..]).ToHashSet(StringComparer.Ordinal);
        if (alternative.Users is { } users)
            people.AddRange(users.Select((user, i) => new NotifiedPerson(user!, $"{pointer}/users/{i}")).Where(person => ofRooms?.Contains(person.UserId) != false));
        else
            people.AddRange(rooms!.Select((room, i) => new NotifiedPerson(room[OfUser.Length..], $"{pointer}/rooms/{i}")));
    }
}
