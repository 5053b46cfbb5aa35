using Microsoft.Extensions.DependencyInjection;
using NotificationService.Settings;
using NotificationService.Users.Imports;

namespace NotificationService.Users;

public static class UsersModule
{
    public static IServiceCollection AddUsers(this IServiceCollection services) => services
        .AddSettings<UserOptions>(UserOptions.Section)
        .AddSingleton<AccountMail>()
        .AddSingleton<Invitations>()
        .AddSingleton<UserEditor>()
        .AddSingleton<UserList>()
        .AddSingleton<UserImportStore>();

    /// <summary>What invites the people of files.</summary>
    public static IServiceCollection AddUserImports(this IServiceCollection services) => services
        .AddSingleton<UserImportWorker>()
        .AddHostedService<UserImportRunner>();
}
