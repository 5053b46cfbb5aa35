using System.Net;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests;

/// <summary>A process that is started while PostgreSQL is away, and commands whose connection breaks.</summary>
public sealed class DatabaseAwayAtStartTests(PostgresCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly string MasterKeys = $"k1:{Convert.ToBase64String(new byte[32])}";

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task It_waits_for_a_database_that_is_away_live_but_not_ready_and_then_serves(string environment)
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await cluster.CloseAsync(database);
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", connectionString), ("ASPNETCORE_ENVIRONMENT", environment), ("Notification__MasterKeys", MasterKeys));

        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health/live") == HttpStatusCode.OK, Patience, () => service.Output);
        (await StatusAsync(service, "/health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await StatusAsync(service, "/api/v1/services/notifications")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        await cluster.OpenAsync(database);

        await service.WaitUntilReadyAsync();
        service.Output.ShouldNotContain("   at ");
        (await service.TerminateAsync()).ShouldBe(0, service.Output);
    }

    [Fact]
    public async Task It_ends_with_the_reason_in_one_sentence_when_the_database_stays_away()
    {
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", $"Host=127.0.0.1;Port={ServiceProcess.FreePort()}"), ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Notification__MasterKeys", MasterKeys), ("Notification__Startup__DatabaseTimeout", "00:00:02"));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1);
        service.Output.Split('\n')[^1].ShouldStartWith("notification-service: the database did not answer within 2 s: ");
        service.Output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task It_can_be_stopped_while_it_waits()
    {
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", $"Host=127.0.0.1;Port={ServiceProcess.FreePort()}"), ("ASPNETCORE_ENVIRONMENT", "Production"), ("Notification__MasterKeys", MasterKeys));
        await Eventually.TrueAsync(async () => await StatusAsync(service, "/health/live") == HttpStatusCode.OK, Patience, () => service.Output);

        (await service.TerminateAsync()).ShouldBe(0, service.Output);
    }

    [Fact]
    public async Task A_wrong_login_is_no_outage_and_ends_it_at_once()
    {
        var name = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync()).Database;
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", $"Host={cluster.Folder};Username=nobody_knows;Database={name}"), ("ASPNETCORE_ENVIRONMENT", "Production"), ("Notification__MasterKeys", MasterKeys));

        (await service.WaitForExitAsync(Patience)).ShouldBe(1);
        service.Output.ShouldStartWith("notification-service: the database refused: 28");
        service.Output.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("migrate", "select pg_advisory_lock(x'4E6F746966'::bigint)")]
    [InlineData("seed", "begin; lock table tenants in access exclusive mode")]
    [InlineData("rotate-keys", "begin; lock table provider_credentials in access exclusive mode")]
    public async Task A_connection_that_breaks_in_the_middle_of_a_command_is_one_sentence_and_the_command_can_be_run_again(string command, string obstacle)
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        (string, string)[] settings = [("ConnectionStrings__NotificationDatabase", connectionString), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Notification__MasterKeys", MasterKeys)];
        await using (var holder = new NpgsqlConnection(cluster.SuperuserConnectionString(database) + ";Pooling=false"))
        {
            await holder.OpenAsync();
            await using (var hold = new NpgsqlCommand(obstacle, holder))
                await hold.ExecuteNonQueryAsync();
            await using var broken = ServiceProcess.Launch([command], settings);
            // On a connection of its own: within a transaction pg_stat_activity stays as it was first seen.
            await using var looker = new NpgsqlConnection(cluster.SuperuserConnectionString(database) + ";Pooling=false");
            await looker.OpenAsync();
            await using var terminate = new NpgsqlCommand(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name like 'notification-%' and wait_event_type = 'Lock'", looker);
            await Eventually.TrueAsync(async () => await terminate.ExecuteScalarAsync() is > 0L, Patience, () => broken.Output);

            (await broken.WaitForExitAsync(Patience)).ShouldBe(1, broken.Output);
            broken.Output.Split('\n')[^1].ShouldStartWith("notification-service: the connection to the database broke ");
            broken.Output.Split('\n')[^1].ShouldEndWith("run the command again");
            broken.Output.ShouldNotContain("   at ");
        }

        await using var again = ServiceProcess.Launch([command], settings);
        (await again.WaitForExitAsync(Patience)).ShouldBe(0, again.Output);
    }

    [Fact]
    public async Task A_service_that_breaks_off_its_response_is_one_sentence_of_healthcheck()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var healthcheck = ServiceProcess.Launch(["healthcheck"], ("ASPNETCORE_URLS", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using (var client = await listener.AcceptTcpClientAsync())
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nre"u8.ToArray());

        (await healthcheck.WaitForExitAsync(Patience)).ShouldBe(1);
        healthcheck.Output.ShouldStartWith("notification-service: ");
        healthcheck.Output.ShouldNotContain('\n');
    }

    private static async Task<HttpStatusCode?> StatusAsync(ServiceProcess service, string path)
    {
        try
        {
            using var response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
