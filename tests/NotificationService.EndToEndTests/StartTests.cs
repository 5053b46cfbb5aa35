using NotificationService.Testing;

namespace NotificationService.EndToEndTests;

/// <summary>What an operator gets wrong is one line and an exit code, before anything is started.</summary>
public sealed class StartTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("Notification__Rolse", "api", "there is no setting Notification__Rolse; the nearest is Notification__Roles")]
    [InlineData("Notification__Roles", "api,wroker", "Notification__Roles names 'wroker'; the roles are api and worker")]
    [InlineData("Notification__Bulk__MostRows", "many", "Notification__Bulk__MostRows is 'many', which is no Int32")]
    [InlineData("Notification__Delivery__Lease", "30 s", "Notification__Delivery__Lease is '30 s', which is no TimeSpan")]
    [InlineData("Notification__Seed", "dmeo", "Notification__Seed is 'dmeo'; it can be demo or none")]
    [InlineData("ASPNETCORE_URLS", "localhost:8080", "ASPNETCORE_URLS names 'localhost:8080', which is no address such as http://localhost:8080")]
    public async Task A_mistyped_setting_stops_the_start_in_one_line(string name, string value, string line)
    {
        await using var service = ServiceProcess.Launch([], ("ConnectionStrings__NotificationDatabase", "Host=unreachable"), (name, value));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1);
        service.Output.ShouldBe($"notification-service: {line}");
    }

    [Theory]
    [InlineData("Notification__Bulk__MostRows", "0", "Notification__Bulk__MostRows must be 1 to 10000000")]
    [InlineData("Notification__Bulk__HighestRatio", "1001", "Notification__Bulk__HighestRatio must be 1 to 1000")]
    [InlineData("Notification__Bulk__LongestUpload", "2.00:00:00", "Notification__Bulk__LongestUpload must be 00:00:01 to 1.00:00:00")]
    [InlineData("Notification__Delivery__ClaimSize", "0", "Notification__Delivery__ClaimSize must be 1 to 5000")]
    [InlineData("Notification__Delivery__Lease", "00:00:17", "Notification__Delivery__Lease (00:00:17) must be longer than CallTimeout + CompletionAllowance (00:00:17), or a slow call outlives its lease")]
    [InlineData("Notification__Providers__MaxSmtpConnections", "0", "Notification__Providers__MaxSmtpConnections must be 1 to 10000")]
    [InlineData("Notification__RateLimits__SendPerMinute", "-1", "Notification__RateLimits__SendPerMinute must be 0 or more; 0 for no limit")]
    public async Task A_limit_that_is_none_stops_the_start_in_one_line(string name, string value, string line)
    {
        await using var service = ServiceProcess.Launch([], ("ConnectionStrings__NotificationDatabase", await cluster.CreateDatabaseAsync()), ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}"), (name, value));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1, service.Output);
        service.Output.Split('\n').ShouldContain($"notification-service: {line}");
    }

    [Fact]
    public async Task A_missing_migration_stops_the_start_outside_Development()
    {
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", await cluster.CreateEmptyDatabaseAsync()), ("ASPNETCORE_ENVIRONMENT", "Production"));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1);
        service.Output.ShouldStartWith("notification-service: the database lacks ");
        service.Output.ShouldMatch(@" part\(s\) of the schema, the first is functions/\w+: run the command migrate$");
        service.Output.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate")]
    public async Task A_database_of_an_earlier_build_is_refused_in_one_sentence_that_says_what_to_do(string command)
    {
        var connectionString = await cluster.CreateEmptyDatabaseAsync();
        await using (var owner = Npgsql.NpgsqlDataSource.Create(connectionString))
        await using (var journal = owner.CreateCommand(
            """
            create schema notification_meta;
            create table notification_meta.migrations (name text primary key, applied_at timestamptz not null default now());
            insert into notification_meta.migrations (name) values ('0001_roles'), ('0002_tenants');
            """))
            await journal.ExecuteNonQueryAsync();

        await using var service = ServiceProcess.Launch([command], ("ConnectionStrings__NotificationDatabase", connectionString), ("ASPNETCORE_ENVIRONMENT", "Production"));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1, service.Output);
        service.Output.ShouldStartWith("notification-service: the database was set up by an earlier build");
        service.Output.ShouldEndWith("name an empty database instead, or drop this one and create it anew, and run the command migrate");
        service.Output.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_database_that_does_not_keep_tenants_apart_stops_the_start()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using (var owner = Npgsql.NpgsqlDataSource.Create(connectionString))
        await using (var command = owner.CreateCommand("alter table tenants no force row level security"))
            await command.ExecuteNonQueryAsync();

        await using var service = ServiceProcess.Launch([], ("ConnectionStrings__NotificationDatabase", connectionString), ("ASPNETCORE_ENVIRONMENT", "Production"));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1);
        service.Output.ShouldBe("notification-service: the database does not keep tenants apart: the table tenants lacks ENABLE or FORCE ROW LEVEL SECURITY");
    }

    [Fact]
    public async Task A_login_that_can_only_become_the_two_roles_is_enough_to_serve()
    {
        var name = new Npgsql.NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync()).Database;
        await cluster.ExecuteAsync("create role serves_only login; grant notification_app, notification_worker to serves_only");

        await using var service = await ServiceProcess.StartAsync(
            $"Host={cluster.Folder};Username=serves_only;Database={name}", ("ASPNETCORE_ENVIRONMENT", "Production"), ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}"));

        (await service.TerminateAsync()).ShouldBe(0, service.Output);
    }

    [Fact]
    public async Task An_unknown_command_names_those_that_exist()
    {
        await using var service = ServiceProcess.Launch(["sevre"]);

        (await service.WaitForExitAsync(Patience)).ShouldBe(2);
        service.Output.ShouldStartWith("notification-service: there is no command 'sevre'");
        service.Output.ShouldContain("migrate");
    }

    [Fact]
    public async Task Healthcheck_shows_whether_the_service_is_ready()
    {
        await using var service = await ServiceProcess.StartAsync(await cluster.CreateDatabaseAsync());
        await using var well = ServiceProcess.Launch(["healthcheck"], ("ASPNETCORE_URLS", service.Address.AbsoluteUri));
        (await well.WaitForExitAsync(Patience)).ShouldBe(0, well.Output);

        await service.KillAsync();
        await using var ill = ServiceProcess.Launch(["healthcheck"], ("ASPNETCORE_URLS", service.Address.AbsoluteUri));
        (await ill.WaitForExitAsync(Patience)).ShouldBe(1);
    }
}
