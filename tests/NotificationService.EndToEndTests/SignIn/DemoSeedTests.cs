using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>A demo outside Development has passwords that nobody knows beforehand, and no platform admin: what is printed stays in logs.</summary>
public sealed class DemoSeedTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("Production", 0)]
    [InlineData("Development", 1)]
    public async Task A_platform_admin_is_among_the_demos_people_in_Development_only_and_no_password_of_one_is_printed(string environment, long admins)
    {
        var database = await cluster.CreateEmptyDatabaseAsync();
        await using (var migrated = new Database(new StorageOptions { ConnectionString = database }))
            await new MigrationRunner(migrated).MigrateAsync(CancellationToken.None);
        await using var seed = ServiceProcess.Launch(
            ["seed"], ("ConnectionStrings__NotificationDatabase", database), ("ASPNETCORE_ENVIRONMENT", environment), ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}"));

        (await seed.WaitForExitAsync(TimeSpan.FromSeconds(90))).ShouldBe(0, seed.Output);

        seed.Output.ShouldNotContain("platform@");
        seed.Output.Contains("admin@demo.test may sign in with", StringComparison.Ordinal).ShouldBe(environment == "Production");
        await using var superuser = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(database).Database!));
        await using var count = superuser.CreateCommand("select count(*) from users where 'platform_admin' = any (roles)");
        (await count.ExecuteScalarAsync()).ShouldBe(admins);
        await using var categories = superuser.CreateCommand("select string_agg(key, ' ' order by key) from categories where critical or marketing");
        (await categories.ExecuteScalarAsync()).ShouldBe("news security");
    }
}
