using Microsoft.Extensions.DependencyInjection;
using NotificationService.Storage;
using NotificationService.Templates.Files;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.History;
using NotificationService.Templates.Samples;

namespace NotificationService.Templates;

public static class TemplatesModule
{
    public static IServiceCollection AddTemplates(this IServiceCollection services) => services
        .AddSingleton<TemplateCatalog>()
        .AddSingleton<TemplateAssembler>()
        .AddSingleton<TemplateStore>()
        .AddSingleton<TemplateQueries>()
        .AddSingleton<SampleRuns>()
        .AddSingleton<FragmentStore>()
        .AddSingleton<FragmentUsage>()
        .AddSingleton<SharedLayouts>()
        .AddSingleton<TemplateRepublisher>()
        .AddSingleton<AuthorNames>()
        .AddSingleton<TemplateExport>()
        .AddSingleton<TemplateImport>()
        .AddSingleton<TemplateSeed>()
        .AddSingleton<IWarmUp, RenderWarmUp>();
}
