using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Storage;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.Recipients;

/// <summary>The rows of the directory, and what changes them.</summary>
public sealed class DirectoryStore(Database database, EmptyDirectories empty, Ids ids, TimeProvider time)
{
    /// <summary>Of one person, those that are gone included: one more takes the place of the one not seen for longest.</summary>
    public const int MaxDevices = 20;

    private static readonly Statement Keep = Statement.Load("recipients_keep");
    private static readonly Statement Lock = Statement.Load("recipients_lock");
    private static readonly Statement AddDevice = Statement.Load("recipient_devices_add");
    private static readonly Statement RemoveDevice = Statement.Load("recipient_devices_remove");
    private static readonly Statement Revive = Statement.Load("suppressions_revive");
    private static readonly Column KeptId = Keep.Column("kept_id"), IsYoung = Keep.Column("is_young"), DeviceId = AddDevice.Column("device_id");
    private static readonly Column LockedId = Lock.Column("locked_id"), RemovedId = RemoveDevice.Column("removed_id");

    /// <summary>Keeps people as they are given, whole, within somebody else's transaction. Once it is committed <see cref="AnnounceAsync"/> is to be called.</summary>
    /// <param name="connection">In a transaction under the tenant's scope or none.</param>
    /// <param name="directory">Whose they are.</param>
    /// <param name="entries">Each person once, found good.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DirectoryKept> KeepAsync(NpgsqlConnection connection, DirectoryId directory, IReadOnlyList<DirectoryEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return new DirectoryKept(0, IsYoung: false);
        DirectoryEntry[] sorted = [.. entries.OrderBy(entry => entry.Person.UserId, StringComparer.Ordinal)];
        var made = sorted.Select(_ => ids.Next()).ToHashSet();
        var (added, isYoung) = (0, false);
        var batch = TenantBatch.Within(connection);
        await using (batch)
        {
            batch.Add(directory.Tenant, Keep.With(
                Parameter.Of("tenant", directory.Tenant.Value),
                Parameter.Of("live", directory.Live),
                Parameter.Of("now", time.GetUtcNow()),
                Of("user_ids", entry => entry.Person.UserId!),
                Parameter.Of<Guid[]>("ids", [.. made]),
                Of("names", entry => entry.Person.Name),
                Of("emails", entry => entry.Person.Email),
                Of("phones", entry => entry.Person.Phone),
                Of("whatsapps", entry => entry.Person.Whatsapp),
                Of("locales", entry => entry.Person.Locale),
                Of("timezones", entry => entry.Person.Timezone),
                Of("attributes", entry => entry.Attributes.IsEmpty ? null : Encoding.UTF8.GetString(entry.Attributes.Span)),
                Of("tags", entry => JsonSerializer.Serialize(entry.Tags, DirectoryJson.Default.IReadOnlyListString))));
            await batch.RunAsync(
                (row, _) =>
                {
                    added += made.Contains(row.GetGuid(KeptId)) ? 1 : 0;
                    isYoung = row.GetBoolean(IsYoung);
                },
                cancellationToken);
        }

        return new DirectoryKept(added, isYoung);

        Parameter Of(string name, Func<DirectoryEntry, string?> column) => Parameter.Of<string?[]>(name, [.. sorted.Select(column)], NpgsqlDbType.Array | NpgsqlDbType.Text);
    }

    /// <summary>
    /// After the commit: sends look into this directory from now on. Other processes believe for a moment that it is empty, so that who puts the first people
    /// into it has its answer when none does any more.
    /// </summary>
    public Task AnnounceAsync(DirectoryId directory, DirectoryKept kept, CancellationToken cancellationToken)
    {
        empty.Forget(directory);
        return kept.IsYoung ? Task.Delay(EmptyDirectories.BelievedFor, time, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Keeps one person. True: it is new.</summary>
    public async Task<bool> KeepAsync(DirectoryId directory, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        DirectoryKept kept;
        await using (var connection = await database.App.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            kept = await KeepAsync(connection, directory, [entry], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await AnnounceAsync(directory, kept, cancellationToken);
        return kept.Added > 0;
    }

    /// <summary>Takes a device away. False when there was none.</summary>
    public async Task<bool> RemoveDeviceAsync(DirectoryId directory, string userId, Guid device, CancellationToken cancellationToken)
    {
        var any = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(directory.Tenant, RemoveDevice.With([.. Person(directory, userId), Parameter.Of("id", device)]));
        await batch.CommitAsync(row => any = !row.IsDBNull(RemovedId), cancellationToken);
        return any;
    }

    /// <summary>Notes a device in a transaction that is somebody else's. Null: there is no such person.</summary>
    public async Task<DirectoryDevice?> AddDeviceAsync(NpgsqlConnection connection, DirectoryId directory, string userId, DeviceKind kind, string token, CancellationToken cancellationToken)
    {
        var (isThere, now) = (false, time.GetUtcNow());
        await using (var locking = TenantBatch.Within(connection))
        {
            locking.Add(directory.Tenant, Lock.With(Person(directory, userId)));
            await locking.RunAsync((row, _) => isThere = !row.IsDBNull(LockedId), cancellationToken);
        }

        if (!isThere)
            return null;
        DirectoryDevice? device = null;
        await using var batch = TenantBatch.Within(connection);
        // What test accounts send to is written off for nobody.
        if (directory.Live)
            batch.Add(directory.Tenant, Revive.With(Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("token", token)));
        batch.Add(directory.Tenant, AddDevice.With(
        [
            .. Person(directory, userId), Parameter.Of("id", ids.Next()), Parameter.Of("kind", (short)kind), Parameter.Of("token", token), Parameter.Of("max", MaxDevices), Parameter.Of("now", now),
        ]));
        await batch.RunAsync((row, _) => device = new DirectoryDevice(row.GetGuid(DeviceId), kind, now, GoneAt: null), cancellationToken);
        return device;
    }

    private static Parameter[] Person(DirectoryId directory, string userId) =>
        [Parameter.Of("tenant", directory.Tenant.Value), Parameter.Of("live", directory.Live), Parameter.Of("user_id", userId)];
}

/// <summary>What came of keeping people.</summary>
/// <param name="Added">Those who were not there before.</param>
/// <param name="IsYoung">The directory had nobody a minute ago, and somebody may still believe that.</param>
public readonly record struct DirectoryKept(int Added, bool IsYoung);

/// <summary>A device as <c>recipients_show.sql</c> answers it.</summary>
internal sealed record ShownDevice(Guid Id, short Kind, string Token, DateTimeOffset LastSeenAt)
{
    public override string ToString() => $"device {Id}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<ShownDevice>))]
internal sealed partial class DirectoryJson : JsonSerializerContext;
