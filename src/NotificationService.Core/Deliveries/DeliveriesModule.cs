using Microsoft.Extensions.DependencyInjection;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Receipts;
using NotificationService.Queueing;
using NotificationService.Settings;

namespace NotificationService.Deliveries;

public static class DeliveriesModule
{
    public static IServiceCollection AddDeliveries(this IServiceCollection services) => services
        .AddSettings<DeliveryOptions>(DeliveryOptions.Section, static options => options.Errors())
        // Whoever has no limit of its own takes what there is: what is called, what is written as begun ahead of its turn, and what is being begun.
        .AddSingleton(provider => new CallCapacity(2 * provider.GetRequiredService<DeliveryOptions>().Concurrency))
        .AddSingleton<ReceiptMetrics>()
        .AddSingleton<ReceiptIntake>()
        .AddSingleton<ReceiptQueries>();

    /// <summary>What works the queue.</summary>
    public static IServiceCollection AddDeliveryWorker(this IServiceCollection services) => services
        .AddSingleton<DeliveryMetrics>()
        .AddSingleton<DeliveryStore>()
        .AddSingleton<NotificationLoader>()
        .AddSingleton<ChainReader>()
        .AddSingleton(_ => new MessageMemory(capacity: 64L * 1024 * 1024))
        .AddSingleton<DeliveryPreparer>()
        .AddSingleton<Preparation>()
        .AddSingleton<Lanes>()
        .AddSingleton<ProviderCaller>()
        .AddSingleton<ReceiptStore>()
        .AddSingleton<DeliveryResultWriter>()
        .AddSingleton<DeliverySender>()
        .AddHostedService<WakeUpListener>()
        .AddHostedService<LeaseRescuer>()
        .AddHostedService<QueueGauges>()
        .AddHostedService<DeliveryMaintenance>()
        .AddHostedService<ReceiptApplier>()
        .AddHostedService<DeliveryWorker>();
}
