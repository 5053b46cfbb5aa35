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

    private async Task<(Guid Id, int Claims)[]> ClaimAsync()
    {
        var claimed = new List<(Guid, int)>(ClaimSize);
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
            new NpgsqlParameter<Guid> { TypedValue = me });
        await batch.CommitAsync(
            row =>
            {
                if (!row.IsDBNull(0))
                    claimed.Add((row.GetGuid(0), row.GetInt32(4)));
            },
            CancellationToken.None);
        return [.. claimed.OrderBy(delivery => delivery.Item1)];
    }

    private async Task StartAsync((Guid Id, int Claims)[] claimed)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add(
            shape.Start,
            new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(claimed, delivery => delivery.Id) },
            new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(claimed, delivery => delivery.Claims) },
            new NpgsqlParameter<TimeSpan> { TypedValue = TimeSpan.FromSeconds(17) });
        await batch.CommitAsync(null, CancellationToken.None);
    }

    private async Task CompleteAsync((Guid Id, int Claims)[] claimed)
    {
        var (now, provider) = (DateTimeOffset.UtcNow, me);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add(
            tenant,
            shape.Complete,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            Of(delivery => delivery.Id), Of(delivery => delivery.Claims), Of(_ => (short)40), Of(_ => (DateTimeOffset?)null), Of(_ => (short)1),
            Of(_ => (short?)null), Of(_ => (string?)null), Of(_ => (string?)null), Of(_ => false), Of(_ => (Guid?)provider), Of(_ => "m000000000001234"),
            Of(_ => (short)0), Of(_ => (short)2),
            Of(delivery => delivery.Id), Of(_ => (short)1), Of(_ => (Guid?)provider), Of(_ => (short)1), Of(_ => now), Of(_ => (DateTimeOffset?)now),
            Of(_ => (string?)null), Of(_ => (string?)null), Of(_ => "m000000000001234"),
            Steps(delivery => delivery.Id, delivery => delivery.Id), Steps(_ => (short)2, _ => (short)3), Steps(_ => (short)30, _ => (short)40),
            Steps(_ => now, _ => now), Steps(_ => (string?)null, _ => null));
        await batch.CommitAsync(null, CancellationToken.None);

        NpgsqlParameter<T[]> Of<T>(Converter<(Guid Id, int Claims), T> column) => new() { TypedValue = Array.ConvertAll(claimed, column) };

        NpgsqlParameter<T[]> Steps<T>(Func<(Guid Id, int Claims), T> sending, Func<(Guid Id, int Claims), T> sent) =>
            new() { TypedValue = [.. claimed.SelectMany(delivery => (T[])[sending(delivery), sent(delivery)])] };
    }
}
