namespace NotificationService.Host.Pages;

/// <summary>Pages and files for browsers.</summary>
public static class PagesModule
{
    public static IServiceCollection AddPages(this IServiceCollection services) => services.AddSingleton(BuiltPages.BesideProgram()).AddSingleton<ConsolePage>()
        .AddSingleton<UnsubscribeHandler>();
}
