using Microsoft.Extensions.DependencyInjection;
using NotificationService.Host;
using NotificationService.Kafka;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Kafka;

namespace NotificationService.IntegrationTests.Kafka;

/// <summary>A worker in this process that reads and publishes.</summary>
internal static class KafkaNode
{
    public const string DeadLetters = "dead";
    public const string Status = "status";

    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    public static async Task<WorkerHost> StartAsync(
        TestDatabase database, KafkaBrokers brokers, IReadOnlyList<(string Topic, TenantId Tenant)> topics, Action<IServiceCollection>? more = null, params (string Name, string Value)[] settings)
    {
        var host = Create(database, brokers, topics, more, settings);
        await host.Services.PrepareKafkaAsync(CancellationToken.None);
        await host.StartAsync();
        return host;
    }

    public static WorkerHost Create(
        TestDatabase database, KafkaBrokers brokers, IReadOnlyList<(string Topic, TenantId Tenant)> topics, Action<IServiceCollection>? more = null, params (string Name, string Value)[] settings) => WorkerHost.CreateWith(
        database.ConnectionString,
        (services, configuration) =>
        {
            services.AddEventStreams(configuration);
            more?.Invoke(services);
        },
        [
            .. brokers.Settings().Select(setting => (setting.Name.Replace("__", ":", StringComparison.Ordinal), setting.Value)),
            ("Notification:Kafka:GroupId", $"group-{Guid.NewGuid():n}"), ("Notification:Kafka:DeadLetterTopic", DeadLetters),
            .. topics.Count == 0 ? [] : new[] { ("Notification:Kafka:InputTopic", string.Join(',', topics.Select(topic => topic.Topic))) },
            .. topics.SelectMany((topic, i) => new[] { ($"Notification:Kafka:Topics:{i}:Name", topic.Topic), ($"Notification:Kafka:Topics:{i}:Tenant", topic.Tenant.ToString()) }),
            .. settings,
        ]);
}
