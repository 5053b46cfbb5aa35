using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;

namespace NotificationService.Templates;

public static class TemplatesModule
{
    public static IServiceCollection AddTemplates(this IServiceCollection services) => services
        .AddSingleton<TemplateCatalog>()
        .AddSingleton<TemplateStore>()
        .AddSingleton<TemplateQueries>()
        .AddSingleton<TemplateSeed>()
        .AddSingleton<IWarmUp, RenderWarmUp>();
}
