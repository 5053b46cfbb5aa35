using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NotificationService.Kafka;

/// <summary>Asks the brokers now and then whether they are there, for <c>/health</c> and the metrics. That they are not stops nothing.</summary>
internal sealed class BrokerWatch(RecordProducer producer, KafkaMetrics metrics, TimeProvider time, ILogger<BrokerWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        bool? was = null;
        do
        {
            var error = await Task.Run(Ask, stoppingToken);
            metrics.IsUp = error is null;
            if (metrics.IsUp == was)
                continue;
            if (error is not null)
                logger.BrokersGone(error);
            else if (was is not null)
                logger.BrokersBack();
            was = metrics.IsUp;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
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
