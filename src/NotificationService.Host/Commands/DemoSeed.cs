using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Host.Commands;

/// <summary>The demo tenant, module by module. Every part only adds what is missing, so it may run at every start, and looks once whether anything is.</summary>
public static class DemoSeed
{
    public static async Task RunAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var development = services.GetRequiredService<IHostEnvironment>().IsDevelopment();
        var names = new SeedNames(FirstAccounts.DemoClientIds, FirstAccounts.DemoPeople(development), [.. TemplateSeed.Templates().Select(template => template.Key)], ProvidersSeed.Names);
        if (await services.GetRequiredService<SeedLook>().HasAllAsync(FirstAccounts.Demo, names, cancellationToken))
            return;
        foreach (var (account, password) in await services.GetRequiredService<FirstAccounts>().AddDemoAsync(development, cancellationToken))
            await Console.Out.WriteLineAsync($"{account} may sign in with {password} (shown this once)");
        await services.GetRequiredService<TemplateSeed>().RunAsync(FirstAccounts.Demo, cancellationToken);
        await services.GetRequiredService<CategorySeed>().RunAsync(FirstAccounts.Demo, cancellationToken);
        await services.GetRequiredService<ProvidersSeed>().RunAsync(FirstAccounts.Demo, cancellationToken);
    }
}
