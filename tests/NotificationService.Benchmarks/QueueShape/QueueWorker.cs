using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Benchmarks.QueueShape;

/// <summary>Claims, begins and ends deliveries as a worker does, in the same transactions, but renders nothing and calls nobody.</summary>
internal sealed class QueueWorker(Database database, QueueShape shape, TenantId tenant)
{
    private const int ClaimSize = 256;

    private readonly Guid me = Guid.CreateVersion7();

    /// <summary>Until nothing is left. Answers how many it ended.</summary>
    public async Task<int> DrainAsync()
    {
        var ended = 0;
        while (await ClaimAsync() is { Length: > 0 } claimed)
        {
            await StartAsync(claimed);
            await CompleteAsync(claimed);
            ended += claimed.Length;
        }

        return ended;
    }

    private async Task<Guid[]> ClaimAsync()
    {
        var claimed = new List<Guid>(ClaimSize);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add("set local synchronous_commit = off");
        batch.Add(
            shape.Claim,
            new NpgsqlParameter<int> { TypedValue = ClaimSize },
            new NpgsqlParameter<short[]> { TypedValue = [0, 1, 2, 3] },
            new NpgsqlParameter<int[]> { TypedValue = [240, 8, ClaimSize, 8] },
            new NpgsqlParameter<Guid[]> { TypedValue = new Guid[4] },
            new NpgsqlParameter<short[]> { TypedValue = new short[4] },
            new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(30) },
            new NpgsqlParameter<Guid> { TypedValue = me },
            new NpgsqlParameter<Guid[]> { TypedValue = [] },
            new NpgsqlParameter<short[]> { TypedValue = [] },
            new NpgsqlParameter<int[]> { TypedValue = [] },
            new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [DueWatermarks.Everything, DueWatermarks.Everything, DueWatermarks.Everything, DueWatermarks.Everything] });
        await batch.CommitAsync(
            row =>
            {
                if (!row.IsDBNull(0))
                    claimed.Add(row.GetGuid(0));
            },
            CancellationToken.None);
        return [.. claimed.Order()];
    }

    private async Task StartAsync(Guid[] claimed)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add(
            shape.Start,
            new NpgsqlParameter<Guid[]> { TypedValue = claimed },
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(claimed, _ => me) },
            new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(17) });
        await batch.CommitAsync(null, CancellationToken.None);
    }

    private async Task CompleteAsync(Guid[] claimed)
    {
        var (now, provider) = (DateTimeOffset.UtcNow, me);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add(
            tenant,
            shape.Complete,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            Of((delivery, _) => delivery), Of((_, _) => me), Of((_, _) => (short)40), Of((_, _) => (DateTimeOffset?)null), Of((_, _) => (short)1),
            Of((_, _) => (short?)null), Of((_, _) => (string?)null), Of((_, _) => (string?)null), Of((_, _) => false), Of((_, _) => (Guid?)provider), Of((_, _) => "m000000000001234"),
            Of((_, _) => (short)0), Of((_, _) => (short)2),
            Of((_, place) => place), Of((_, _) => (short)1), Of((_, _) => (Guid?)provider), Of((_, _) => (short)1), Of((_, _) => now), Of((_, _) => (DateTimeOffset?)now),
            Of((_, _) => (string?)null), Of((_, _) => (string?)null), Of((_, _) => "m000000000001234"), Of((_, _) => (short?)null),
            Steps(place => place, place => place), Steps(_ => (short)2, _ => (short)3), Steps(_ => (short)30, _ => (short)40),
            Steps(_ => now, _ => now), Steps(_ => (string?)null, _ => null),
            Of((_, _) => (short?)null), Of((_, _) => (string?)null), Of((_, _) => (short?)null), Of((_, _) => (short?)null));
        await batch.CommitAsync(null, CancellationToken.None);

        NpgsqlParameter<T[]> Of<T>(Func<Guid, int, T> column) => new() { TypedValue = [.. claimed.Select((delivery, i) => column(delivery, i + 1))] };

        NpgsqlParameter<T[]> Steps<T>(Func<int, T> sending, Func<int, T> sent) =>
            new() { TypedValue = [.. Enumerable.Range(1, claimed.Length).SelectMany(place => (T[])[sending(place), sent(place)])] };
    }
}
