using System.Text;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Realtime.Presence;

/// <summary>Who is connected to which process, in PostgreSQL.</summary>
public sealed class PresenceStore(Database database, RealtimeStore events, Ids ids)
{
    /// <summary>People of a room that one answer lists.</summary>
    public const int MaxListed = 1_000;

    /// <summary>Rows of a room that are looked at: beyond them nobody is counted.</summary>
    public const int MaxScanned = 20_000;

    private const string Online = "presence.online";
    private const string Offline = "presence.offline";

    private static readonly Statement Renew = Statement.Load("presence_nodes_renew");
    private static readonly Column WasAlive = Renew.Column("was_alive");
    private static readonly Statement Lock = Statement.Load("presence_users_lock");
    private static readonly Statement Write = Statement.Load("presence_write");
    private static readonly Column WrittenUser = Write.Column("user_id"), IsOnline = Write.Column("is_online"), Rooms = Write.Column("rooms");
    private static readonly Statement Find = Statement.Load("presence_find");
    private static readonly Column FoundUser = Find.Column("user_id"), FoundConnections = Find.Column("connections"), FoundSeen = Find.Column("last_seen_at");
    private static readonly Statement InRoom = Statement.Load("presence_in_room");
    private static readonly Column RoomUser = InRoom.Column("user_id"), RoomConnections = InRoom.Column("connections"), RoomSeen = InRoom.Column("last_seen_at"), RoomOnline = InRoom.Column("online");
    private static readonly Statement Left = Statement.Load("presence_left");
    private static readonly Column LeftNode = Left.Column("node_id"), LeftTenant = Left.Column("tenant_id"), LeftUser = Left.Column("user_id"), LeftSeen = Left.Column("seen_at");

    /// <summary>This process lives for so much longer. False: until now it did not, and others may have removed what it wrote.</summary>
    public async Task<bool> RenewAsync(Guid node, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var command = Renew.With(Parameter.Of("node", node), Parameter.Of("seconds", lease.TotalSeconds)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetBoolean(WasAlive);
    }

    /// <summary>Writes where people of one tenant are connected at one process, and tells the rooms they are in who came and who left: in one commit.</summary>
    /// <param name="node">The process.</param>
    /// <param name="isLeft">It is gone; if it is not, nothing is written.</param>
    /// <param name="tenant">Whose people they are.</param>
    /// <param name="changes">Each person once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WriteAsync(Guid node, bool isLeft, TenantId tenant, IReadOnlyList<PresenceChange> changes, CancellationToken cancellationToken)
    {
        string[] users = [.. changes.Select(change => change.UserId)];
        (string User, string Room, int Connections)[] rooms = [.. changes.SelectMany(change => change.Rooms.Select(room => (change.UserId, room.Key, room.Value)))];
        var published = new List<RealtimeEvent>();
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = TenantBatch.Within(connection))
        {
            batch.Add(tenant, Lock.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("user_ids", users)));
            batch.Add(tenant, Write.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("node", node), Parameter.Of("is_left", isLeft), Parameter.Of("user_ids", users),
                Parameter.Of<DateTimeOffset[]>("seen_at", [.. changes.Select(change => change.SeenAt.ToUniversalTime())]),
                Parameter.Of<string[]>("room_users", [.. rooms.Select(row => row.User)]), Parameter.Of<string[]>("rooms", [.. rooms.Select(row => row.Room)]),
                Parameter.Of<int[]>("connections", [.. rooms.Select(row => row.Connections)])));
            await batch.RunAsync((row, _) => Add(published, row), cancellationToken);
        }

        if (published.Count > 0)
            await RealtimeStore.PublishAsync(connection, tenant, published, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (published.Count > 0)
            events.Announce(tenant);
    }

    /// <summary>Each of them, in the order given.</summary>
    public async Task<IReadOnlyList<PersonPresence>> FindAsync(TenantId tenant, string[] users, CancellationToken cancellationToken)
    {
        var found = new List<PersonPresence>(users.Length);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("user_ids", users), Parameter.Of("rooms", Array.ConvertAll(users, Room.OfUser))));
        await batch.CommitAsync(row => found.Add(new PersonPresence(row.GetString(FoundUser), row.GetInt32(FoundConnections), row.GetOrNull<DateTimeOffset>(FoundSeen))), cancellationToken);
        return found;
    }

    public async Task<RoomPresence> InRoomAsync(TenantId tenant, string room, CancellationToken cancellationToken)
    {
        var (found, online) = (new List<PersonPresence>(), 0L);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, InRoom.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("room", room), Parameter.Of("scan", MaxScanned), Parameter.Of("max", MaxListed)));
        await batch.CommitAsync(
            row =>
            {
                online = row.GetInt64(RoomOnline);
                found.Add(new PersonPresence(row.GetString(RoomUser), row.GetInt32(RoomConnections), row.GetFieldValue<DateTimeOffset>(RoomSeen)));
            },
            cancellationToken);
        return new RoomPresence(found, online);
    }

    /// <summary>People who stand as connected to processes that are gone.</summary>
    public async Task<IReadOnlyList<(Guid Node, PresenceChange Change)>> LeftAsync(int max, CancellationToken cancellationToken)
    {
        var left = new List<(Guid, PresenceChange)>();
        await using var command = Left.With(Parameter.Of("max", max)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            left.Add((reader.GetGuid(LeftNode), new PresenceChange(new TenantId(reader.GetGuid(LeftTenant)), reader.GetString(LeftUser), new Dictionary<string, int>(), reader.GetFieldValue<DateTimeOffset>(LeftSeen), 0)));
        return left;
    }

    /// <summary>Only to the free rooms, into which the tenant's own backend put people: who has the same role or tenant need not see who comes and goes.</summary>
    private void Add(List<RealtimeEvent> published, NpgsqlDataReader row)
    {
        string[] rooms = [.. row.GetFieldValue<string[]>(Rooms).Where(Room.IsFree)];
        if (rooms.Length == 0)
            return;
        var audience = new Audience([new AudienceAlternative(null, null, null, rooms, Tenant: false)]);
        var data = ReadableJson.Utf8(new PresenceEvent(row.GetString(WrittenUser)), PresenceJson.Default.PresenceEvent);
        published.Add(new RealtimeEvent(0, ids.Next(), row.GetBoolean(IsOnline) ? Online : Offline, audience, data));
    }
}

/// <summary>Somebody came or left.</summary>
public sealed record PresenceEvent(string UserId);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(PresenceEvent))]
internal sealed partial class PresenceJson : System.Text.Json.Serialization.JsonSerializerContext;
