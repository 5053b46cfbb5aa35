using Microsoft.Extensions.DependencyInjection;
using NotificationService.Notifications;
using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>What the requests of callers run is refused again and again: each of them is reported, and the next one that is not refused is taken.</summary>
public sealed class RefusedRequestsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Times = 20;
    private const string Cancelled = "cancelled";
    private const string Refused = "refused";
    private const string TimedOut = "timed out";
    private static readonly string[] Tables = ["notifications", "idempotency_keys", "rate_limits"];
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(180);

    private readonly Refusals refusals = new(database);

    [Theory]
    [InlineData("locked", "55P03")]
    [InlineData(TimedOut, "57014")]
    [InlineData(Cancelled, "57014")]
    [InlineData(Refused, "42501")]
    public async Task Accepting_keys_and_limits_go_on_after_twenty_failures(string way, string code)
    {
        await using var host = Create(way);
        var tenant = await database.NewTenantAsync();
        var number = 0;
        // First as it is: what is refused then is prepared.
        await WorksAsync(host, tenant, $"{way} before");

        await using (way == Refused ? await refusals.RevokeAsync(Tables) : await refusals.LockAsync(Tables))
        {
            var work = Task.WhenAll(Statements(host, tenant, () => $"{way} {Interlocked.Increment(ref number)}").Select(FailAsync));
            await Eventually.TrueAsync(
                async () =>
                {
                    if (way == Cancelled)
                        await refusals.CancelWaitingAsync();
                    return work.IsCompleted;
                },
                Long);
            foreach (var codes in await work)
                codes.ShouldBe(Enumerable.Repeat(code, Times));
        }

        // A connection that was refused while it prepared a statement is out of step once more, and dropped for it.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await WorksAsync(host, tenant, $"{way} after {Interlocked.Increment(ref number)}");
                    return true;
                }
                catch (Exception exception) when (Outage.IsOfPreparation(exception))
                {
                    return false;
                }
            },
            Long);
    }

    private WorkerHost Create(string way) => WorkerHost.CreateWith(
        refusals.ConnectionString(TimeSpan.FromSeconds(way == Cancelled ? 0 : 0.2)),
        (services, _) =>
        {
            services.AddRateLimits();
            if (way == TimedOut)
                services.AddSingleton(refusals.GivingUpSoon());
        });

    /// <summary>Accepted with and without a key, a key looked up, an allowance leased.</summary>
    private static IEnumerable<Func<Task>> Statements(WorkerHost host, TenantId tenant, Func<string> key) =>
    [
        () => AcceptAsync(host, tenant, null),
        () => AcceptAsync(host, tenant, IntakeHost.Idempotent(key())),
        () => host.Services.GetRequiredService<IdempotencyKeys>().FindAsync(tenant, IdempotencyKeys.Hash(key(), live: true), CancellationToken.None),
        () => host.Services.GetRequiredService<RateLimitStore>().LeaseAsync(new RateLeaseRequest(tenant.ToString(), 1, 1, 1_000_000), CancellationToken.None),
    ];

    private static async Task<List<string>> FailAsync(Func<Task> statement)
    {
        var codes = new List<string>();
        for (var i = 0; i < Times; i++)
            codes.Add(Outage.Refusal(await Should.ThrowAsync<NpgsqlException>(statement))?.SqlState ?? "none");
        return codes;
    }

    private static async Task WorksAsync(WorkerHost host, TenantId tenant, string key)
    {
        foreach (var statement in Statements(host, tenant, () => $"{key} more"))
            await statement();
        (await AcceptAsync(host, tenant, IntakeHost.Idempotent(key))).ShouldBeOfType<IntakeOutcome.Accepted>();
        (await AcceptAsync(host, tenant, IntakeHost.Idempotent(key))).ShouldBeOfType<IntakeOutcome.Replayed>();
        (await host.Services.GetRequiredService<IdempotencyKeys>().FindAsync(tenant, IdempotencyKeys.Hash(key, live: true), CancellationToken.None)).ShouldNotBeNull();
    }

    private static async Task<IntakeOutcome> AcceptAsync(WorkerHost host, TenantId tenant, IdempotentRequest? idempotent) =>
        await host.Services.GetRequiredService<NotificationIntake>().AcceptAsync(IntakeHost.CallerOf(tenant), IntakeHost.Request, idempotent, null, CancellationToken.None);
}
