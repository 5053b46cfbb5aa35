using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;

namespace NotificationService.Kafka;

/// <summary>Asks the brokers now and then whether they are there, for <c>/health</c> and the metrics. That they are not stops nothing.</summary>
internal sealed class BrokerWatch(RecordProducer producer, KafkaMetrics metrics, TimeProvider time, ILogger<BrokerWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private bool? was;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, LookAsync, step: null, logger.BrokersGone, stoppingToken);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var error = await Task.Run(Ask, cancellationToken);
        metrics.IsUp = error is null;
        if (metrics.IsUp == was)
            return;
        if (error is not null)
            logger.BrokersGone(error);
        else if (was is not null)
            logger.BrokersBack();
        was = metrics.IsUp;
    }

    /// <summary>Null when somebody answers.</summary>
    private string? Ask()
    {
        try
        {
            using var lease = producer.Lease();
            using var client = new DependentAdminClientBuilder(lease.Handle).Build();
            return client.GetMetadata(Patience).Brokers.Count > 0 ? null : "no broker";
        }
#pragma warning disable CA1031 // that the brokers cannot be asked is what this is to say, and must not end the process
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception is KafkaException kafka ? kafka.Error.Code.ToString() : exception.GetType().Name;
        }
    }
}
