using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Templates;

public static class TemplatesModule
{
    public static IServiceCollection AddTemplates(this IServiceCollection services) => services
        .AddSingleton<TemplateCatalog>()
        .AddSingleton<TemplateStore>()
        .AddSingleton<TemplateQueries>()
        .AddSingleton<TemplateSeed>();
}
