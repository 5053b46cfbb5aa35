using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Events;
using NotificationService.Kafka.Intake;
using NotificationService.Kafka.Status;

namespace NotificationService.Kafka;

/// <summary>Events in and status events out. Nothing of it is there unless brokers are named.</summary>
public static class KafkaModule
{
    /// <summary>For a process that works the queue. The host brings an <see cref="IRequestReader"/>.</summary>
    public static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(KafkaOptions.Section).Get<KafkaOptions>() ?? new KafkaOptions();
        services.AddOptions<KafkaOptions>().BindConfiguration(KafkaOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsCheck>();
        if (!options.IsOn)
            return services;

        services
            .AddSingleton(provider => provider.GetRequiredService<IOptions<KafkaOptions>>().Value)
            .AddSingleton<KafkaMetrics>()
            .AddSingleton(provider => new KafkaState(provider.GetRequiredService<KafkaMetrics>()))
            .AddSingleton<RecordProducer>()
            .AddHostedService<BrokerWatch>();
        if (!string.IsNullOrEmpty(options.StatusTopic))
        {
            services
                .AddSingleton<StatusSink>()
                .AddSingleton<IEventSink>(provider => provider.GetRequiredService<StatusSink>())
                .AddHostedService<StatusPublisher>();
        }

        return options.InputTopics.Count == 0 ? services : services
            .AddSingleton<InputTopics>()
            .AddSingleton<RecordReader>()
            .AddSingleton<BatchSteps>()
            .AddSingleton<PublishSteps>()
            .AddSingleton<DeadLetterWriter>()
            .AddSingleton<OutageRetry>()
            .AddSingleton<EventIntake>()
            .AddHostedService<IntakeLoop>();
    }

    /// <summary>What has to be known before anything starts: whose the topics are.</summary>
    /// <exception cref="OptionsValidationException">A tenant of the configuration does not exist.</exception>
    public static Task PrepareKafkaAsync(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetService<InputTopics>()?.FindTenantsAsync(cancellationToken) ?? Task.CompletedTask;
}
