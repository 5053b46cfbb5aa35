using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Topics;

/// <summary>Walks what is sent to topics: of the tenant that has waited longest, the send that has, a page in each turn. Any number of workers may do it at once.</summary>
internal sealed class TopicSendRunner(Database database, TopicSendWalk walk, Heartbeats heartbeats, TimeProvider time, ILogger<TopicSendRunner> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    /// <summary>After that another worker goes on with a page. Two that walk one store it once.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private static readonly Statement Next = Statement.Load("topic_sends_next");
    private static readonly Column Tenant = Next.Column("tenant"), Send = Next.Column("send");

    private readonly Heartbeat heartbeat = heartbeats.Register("topic_sends", LongestSilence);
    private readonly Step page = heartbeats.Maintenance("topic_send_page");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A start is not waited for.
        await Task.Yield();
        var poll = new PollInterval(ShortestIdle, LongestIdle);
        await new ClaimLoop(heartbeat, page, Pause, time, logger.WalkFailed).RunAsync(TakeAsync, stoppingToken);

        async Task<NextTurn> TakeAsync(CancellationToken cancellationToken)
        {
            var worked = await RunOnceAsync(cancellationToken);
            page.Succeed();
            if (!worked)
                return new NextTurn.OnSignal(poll.Next());
            poll.Reset();
            return NextTurn.AtOnce;
        }
    }

    private async Task<bool> RunOnceAsync(CancellationToken cancellationToken) =>
        await NextAsync(cancellationToken) is var (tenant, send) && await walk.RunAsync(tenant, send, cancellationToken);

    private async Task<(TenantId Tenant, Guid Send)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Next.With(Parameter.Of("lease", Lease)).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(Tenant)), reader.GetGuid(Send)) : null;
    }
}
