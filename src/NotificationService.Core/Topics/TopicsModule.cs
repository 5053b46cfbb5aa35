using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Topics;

public static class TopicsModule
{
    public static IServiceCollection AddTopics(this IServiceCollection services) => services
        .AddSingleton<TopicStore>()
        .AddSingleton<SubscriptionStore>()
        .AddSingleton<TopicSendIntake>();

    /// <summary>What works for topics in the background.</summary>
    public static IServiceCollection AddTopicWorker(this IServiceCollection services) => services
        .AddSingleton<TopicSendWalk>()
        .AddHostedService<TopicSendRunner>()
        .AddHostedService<TopicRemover>();
}
