using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Categories;

public static class CategoriesModule
{
    /// <summary>What a tenant's notifications are about.</summary>
    public static IServiceCollection AddCategories(this IServiceCollection services) => services.AddSingleton<CategoryCatalog>().AddSingleton<CategoryStore>().AddSingleton<CategorySeed>();
}
