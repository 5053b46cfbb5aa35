using Microsoft.Extensions.DependencyInjection;

namespace NotificationService.Storage;

public static class StorageModule
{
    public static IServiceCollection AddStorage(this IServiceCollection services) => services
        .AddSingleton<Database>()
        .AddSingleton<TenantStore>()
        .AddSingleton<LongLists>()
        .AddSingleton<MigrationRunner>()
        .AddSingleton<SchemaGuard>()
        .AddSingleton<Ids>();
}
