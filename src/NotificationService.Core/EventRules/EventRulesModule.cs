using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.EventRules;

public static class EventRulesModule
{
    public static IServiceCollection AddEventRules(this IServiceCollection services) => services.AddSingleton<EventRuleStore>();
}
