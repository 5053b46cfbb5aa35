using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Audit;

/// <summary>The command that verifies the audit logs of all tenants, as an operator runs it beside the service.</summary>
public sealed class VerifyAuditTests(PostgresCluster cluster) : IAsyncLifetime
{
    // Each test breaks a log, and the command looks at all logs of a database.
    private readonly TestDatabase database = new(cluster);

    public ValueTask InitializeAsync() => database.InitializeAsync();

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task The_command_ends_well_while_every_log_holds_and_names_the_tenant_and_the_entry_of_one_that_does_not()
    {
        await using var service = await ServiceInProcess.StartAsync(database.ConnectionString);
        var admin = await new ApiClient(service.Client).RegisterTenantAsync("ann@example.com");
        await new ApiClient(service.Client).RegisterTenantAsync("bob@example.com");
        await admin.ReadAsync(HttpMethod.Post, $"{ApiClient.Admin}/service-accounts", new { name = "Shop", scopes = new[] { "notifications:send" }, mode = "live" }, HttpStatusCode.Created);

        var (exit, output) = await RunAsync();
        exit.ShouldBe(0, output);
        var entries = await database.ScalarAsync<long>("select count(*) from audit_log");
        output.ShouldContain($"verified {entries} entries of {await database.ScalarAsync<long>("select count(distinct tenant_id) from audit_log")} tenants: 0 audit logs do not hold, 0 were not looked at");

        var touched = await database.ScalarAsync<string>("update audit_log set target = 'service-account/other' where action = 'service_account.created' returning tenant_id || ' ' || sequence || ' ' || id");
        (exit, output) = await RunAsync();
        exit.ShouldBe(1);
        var parts = touched.Split(' ');
        output.ShouldContain($"the audit log of tenant {parts[0]} does not hold: entry {parts[1]} ({parts[2]})");
        output.ShouldContain("1 audit logs do not hold");
    }

    [Fact]
    public async Task An_entry_that_is_gone_is_found_by_its_number()
    {
        await using var service = await ServiceInProcess.StartAsync(database.ConnectionString);
        var admin = await new ApiClient(service.Client).RegisterTenantAsync("cora@example.com");
        var tenant = (await admin.GetAsync($"{ApiClient.Admin}/tenant")).GetProperty("id").GetGuid();
        var gone = await database.ScalarAsync<long>($"delete from audit_log where tenant_id = '{tenant}' and sequence = (select min(sequence) + 1 from audit_log where tenant_id = '{tenant}') returning sequence");

        var (exit, output) = await RunAsync();

        exit.ShouldBe(1);
        output.ShouldContain($"the audit log of tenant {tenant} does not hold: entry {gone} (missing)");
    }

    private async Task<(int Exit, string Output)> RunAsync()
    {
        await using var command = ServiceProcess.Launch(["verify-audit"], ("ConnectionStrings__NotificationDatabase", database.ConnectionString));
        return (await command.WaitForExitAsync(TimeSpan.FromSeconds(60)), command.Output);
    }
}
