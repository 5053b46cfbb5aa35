using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Topics;

/// <summary>
/// Takes away the subscriptions of topics that were removed, and whom sends to topics reached that are over: some at a time, with a rest after each step as long as it took. Dies anywhere: what went is gone, and what is left is found again.
/// Any number of workers may do it at once.
/// </summary>
public sealed class TopicRemover(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<TopicRemover> logger) : BackgroundService
{
    private const int StepRows = 2_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(2);
    private static readonly Statement Clear = Statement.Load("topics_clear");
    private static readonly Statement ClearPeople = Statement.Load("topic_send_people_clear");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("topic_removal", TimeSpan.FromMinutes(5)), logger.RemovalFailed, stoppingToken);

    /// <summary>As much as there is to do, or as there is time for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RepeatAsync(Clear.With(Parameter.Of("max", StepRows)), cancellationToken);
        await RepeatAsync(ClearPeople.With(Parameter.Of("max", StepRows)), cancellationToken);
    }

    private async Task RepeatAsync(BoundStatement clear, CancellationToken cancellationToken)
    {
        var runBegan = time.GetTimestamp();
        await using var command = clear.On(database.Worker);
        while (time.GetElapsedTime(runBegan) < MaxDuration)
        {
            var began = time.GetTimestamp();
            if (await command.ExecuteScalarAsync(cancellationToken) is not (int and > 0))
                return;
            await Task.Delay(time.GetElapsedTime(began) is var took && took > ShortestRest ? took : ShortestRest, time, cancellationToken);
        }
    }
}
