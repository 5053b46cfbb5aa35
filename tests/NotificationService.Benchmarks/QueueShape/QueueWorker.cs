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
            shape.Claim.With(
                Parameter.Of("max", ClaimSize),
                Parameter.Of<short[]>("classes", [0, 1, 2, 3]),
                Parameter.Of<int[]>("class_max", [240, 8, ClaimSize, 8]),
                Parameter.Of("after_tenants", new Guid[4]),
                Parameter.Of("after_channels", new short[4]),
                Parameter.Of("lease_time", TimeSpan.FromSeconds(30)),
                Parameter.Of("lease", me),
                Parameter.Of<Guid[]>("limited_tenants", []),
                Parameter.Of<short[]>("limited_channels", []),
                Parameter.Of<int[]>("limits", []),
                Parameter.Of<DateTimeOffset[]>("watermarks", [DueWatermarks.Everything, DueWatermarks.Everything, DueWatermarks.Everything, DueWatermarks.Everything])));
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
            shape.Start.With(
                Parameter.Of("ids", claimed),
                Parameter.Of("leases", Array.ConvertAll(claimed, _ => me)),
                Parameter.Of("longest_call", TimeSpan.FromSeconds(17)),
                Parameter.Of("notifications", claimed),
                Parameter.Of("last_deliveries", claimed)));
        await batch.CommitAsync(null, CancellationToken.None);
    }

    private async Task CompleteAsync(Guid[] claimed)
    {
        var (now, provider) = (DateTimeOffset.UtcNow, me);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, CancellationToken.None);
        batch.Add(
            tenant,
            shape.Complete.With(
                Parameter.Of("tenant", tenant.Value),
                Of("ids", (delivery, _) => delivery), Of("leases", (_, _) => me), Of("statuses", (_, _) => (short)40), Of("due_at", (_, _) => (DateTimeOffset?)null), Of("attempts", (_, _) => (short)1),
                Of("failure_kinds", (_, _) => (short?)null), Of("failure_codes", (_, _) => (string?)null), Of("failure_messages", (_, _) => (string?)null), Of("ambiguous", (_, _) => false), Of("providers", (_, _) => (Guid?)provider), Of("provider_message_ids", (_, _) => "m000000000001234"),
                Of("rescued", (_, _) => (short)0), Of("steps", (_, _) => (short)2),
                Of("attempt_places", (_, place) => place), Of("attempt_numbers", (_, _) => (short)1), Of("attempt_providers", (_, _) => (Guid?)provider), Of("attempt_outcomes", (_, _) => (short)1), Of("attempt_started", (_, _) => now), Of("attempt_finished", (_, _) => (DateTimeOffset?)now),
                Of("attempt_codes", (_, _) => (string?)null), Of("attempt_messages", (_, _) => (string?)null), Of("attempt_message_ids", (_, _) => "m000000000001234"), Of("attempt_segments", (_, _) => (short?)null),
                Steps("step_places", place => place, place => place), Steps("step_sequences", _ => (short)2, _ => (short)3), Steps("step_statuses", _ => (short)30, _ => (short)40),
                Steps("step_times", _ => now, _ => now), Steps("step_details", _ => (string?)null, _ => null),
                Of("attempt_encodings", (_, _) => (short?)null), Of("devices", (_, _) => (string?)null), Of("segments", (_, _) => (short?)null), Of("encodings", (_, _) => (short?)null)));
        await batch.CommitAsync(null, CancellationToken.None);

        Parameter Of<T>(string name, Func<Guid, int, T> column) => Parameter.Of<T[]>(name, [.. claimed.Select((delivery, i) => column(delivery, i + 1))]);

        Parameter Steps<T>(string name, Func<int, T> sending, Func<int, T> sent) =>
            Parameter.Of<T[]>(name, [.. Enumerable.Range(1, claimed.Length).SelectMany(place => (T[])[sending(place), sent(place)])]);
    }
}
