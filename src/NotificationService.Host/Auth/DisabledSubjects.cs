using System.Collections.Frozen;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Host.Auth;

/// <summary>
/// The users and service accounts that were disabled while a token of theirs may still be about. Read every few
/// seconds, so that every node refuses them well within 30 s; the node that disables one refuses it at once.
/// </summary>
public sealed class DisabledSubjects(Database database)
{
    private FrozenSet<Guid> subjects = FrozenSet<Guid>.Empty;

    public bool Contains(Guid subject) => Volatile.Read(ref subjects).Contains(subject);

    public void Add(Guid subject)
    {
        FrozenSet<Guid> before, after;
        do
        {
            before = Volatile.Read(ref subjects);
            after = before.Append(subject).ToFrozenSet();
        }
        while (Interlocked.CompareExchange(ref subjects, after, before) != before);
    }

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref subjects);
        var found = new List<Guid>();
        await using var command = database.App.CreateCommand("select notification_meta.refused_subjects($1)");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = AccessTokenLifetimes.Longest + TimeSpan.FromMinutes(5) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
        // What was added meanwhile stays until the next reading, which sees it in the table.
        Interlocked.CompareExchange(ref subjects, found.ToFrozenSet(), before);
    }
}
