using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Realtime;

/// <summary>
/// Says that somebody types, to whoever is in a room at this moment, at every node. It is stored nowhere: who is not there misses nothing, and one that is lost is followed by
/// another while the person goes on typing. Many go in one NOTIFY, at most every 100 ms.
/// </summary>
public sealed class TypingSignals(Database database, EventTails tails, TimeProvider time)
{
    /// <summary>The NOTIFY channel.</summary>
    public const string Channel = "notification_typing";

    public const string EventType = "typing";

    /// <summary>That wait to be said at one process; one beyond them is dropped.</summary>
    public const int MaxWaiting = 1_000;

    /// <summary>A NOTIFY carries 8,000 bytes, and these take a third more there.</summary>
    private const int MaxBytes = 5_900;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(100);

    /// <summary>Of one person in one room: one a second is enough to show that it goes on.</summary>
    private readonly FailureCounts said = new(burst: 2, TimeSpan.FromSeconds(1), time);

    private readonly Lock sync = new();
    private readonly HashSet<Typing> waiting = [];
    private bool isSaying;

    public void Say(TenantId tenant, string userId, string room)
    {
        if (!said.TryCount($"{tenant} {userId} {room}"))
            return;
        lock (sync)
        {
            if (waiting.Count == MaxWaiting || !waiting.Add(new Typing(tenant.Value, userId, room)) || isSaying)
                return;
            isSaying = true;
        }

        _ = SayAsync();
    }

    /// <summary>What any process says, this one too.</summary>
    public void Hear(string payload)
    {
        try
        {
            foreach (var typing in JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), TypingJson.Default.ListTyping) ?? [])
                tails.Pass(new TenantId(typing.Tenant), typing.Room, typing.UserId, ReadableJson.Utf8(new TypingEvent(typing.UserId, typing.Room), TypingJson.Default.TypingEvent));
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // From a version to come, perhaps.
        }
    }

    private async Task SayAsync()
    {
        while (true)
        {
            string payload;
            lock (sync)
            {
                if (waiting.Count == 0)
                {
                    isSaying = false;
                    return;
                }

                payload = TakePayload();
            }

            try
            {
                // Letters, digits, - and _: nothing that would end the text.
                await using var command = database.App.CreateCommand($"notify {Channel}, '{payload}'");
                await command.ExecuteNonQueryAsync();
            }
#pragma warning disable CA1031 // whatever it was, a loop that ended by it would never say anything again
            catch (Exception)
#pragma warning restore CA1031
            {
                // Whoever types goes on typing.
            }

            await Task.Delay(Spacing, time);
        }
    }

    /// <summary>As many as fit; one always does, by the bounds of its names.</summary>
    private string TakePayload()
    {
        var (taken, bytes) = (new List<Typing>(), 2);
        foreach (var typing in waiting)
        {
            bytes += JsonSerializer.SerializeToUtf8Bytes(typing, TypingJson.Default.Typing).Length + 1;
            if (bytes > MaxBytes && taken.Count > 0)
                break;
            taken.Add(typing);
        }

        waiting.ExceptWith(taken);
        return Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(taken, TypingJson.Default.ListTyping));
    }
}

/// <summary>Somebody types in a room.</summary>
internal sealed record Typing(Guid Tenant, string UserId, string Room);

/// <summary>As those in the room are given it.</summary>
internal sealed record TypingEvent(string UserId, string Room);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<Typing>))]
[JsonSerializable(typeof(TypingEvent))]
internal sealed partial class TypingJson : JsonSerializerContext;
