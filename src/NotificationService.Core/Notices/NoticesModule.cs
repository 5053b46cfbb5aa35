using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Notices;

public static class NoticesModule
{
    /// <summary>What asks for mail of the service itself.</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services) => services
        .AddSingleton(NoticeSender.SealedNotices)
        .AddSingleton<NoticeSignal>()
        .AddSingleton<NoticeSender>();

    /// <summary>What hands it to the intake.</summary>
    public static IServiceCollection AddNoticeWorker(this IServiceCollection services) => services
        .AddSingleton<NoticeStore>()
        .AddHostedService<NoticeWorker>()
        .AddHostedService<NoticeAlarms>();
}
