using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Plants each violation that the start-up check is there for.</summary>
public sealed class SchemaGuardTests(PostgresCluster cluster)
{
    [Fact]
    public async Task The_migrated_schema_keeps_tenants_apart() => (await FindingsAfterAsync("select 1")).ShouldBeEmpty();

    [Theory]
    [InlineData("alter table tenants disable row level security", "the table tenants lacks ENABLE or FORCE ROW LEVEL SECURITY")]
    [InlineData("alter table deliveries no force row level security", "the table deliveries lacks ENABLE or FORCE ROW LEVEL SECURITY")]
    [InlineData("alter table timeline_default disable row level security", "the table timeline_default lacks ENABLE or FORCE ROW LEVEL SECURITY")]
    [InlineData("create table forgotten (tenant_id uuid not null)", "the table forgotten lacks ENABLE or FORCE ROW LEVEL SECURITY")]
    [InlineData("grant select on notifications_default to notification_app", "the partition notifications_default can be reached by the role notification_app past its parent")]
    [InlineData("grant insert on attempts_default to notification_worker", "the partition attempts_default can be reached by the role notification_worker past its parent")]
    [InlineData("grant truncate on tenants to notification_app", "the role notification_app may truncate the table tenants, which row level security does not see")]
    [InlineData("create policy everything on notifications to notification_app using (true)", "the policy everything on notifications lets notification_app past the tenant in scope")]
    [InlineData("create policy everything on timeline to notification_worker using (true)", "the policy everything on timeline lets notification_worker past the tenant in scope")]
    [InlineData("select notification_meta.tenants_in_scope('attempts', 'notification_app', 'select')", "the policy tenants_in_scope_of_app_to_select on attempts lets notification_app read of several tenants at once")]
    [InlineData("create view leaky as select * from notifications; grant select on leaky to notification_app", "the view leaky shows the role notification_app what its owner sees: it needs security_invoker")]
    [InlineData("create materialized view stale as select * from tenants; grant select on stale to notification_app", "the materialized view stale, which has no row level security, can be read by the role notification_app")]
    [InlineData("alter table tenants owner to notification_app", "the table tenants is owned by the role notification_app, which could lift its protection")]
    public async Task It_names_what_was_planted(string violation, string finding) =>
        (await FindingsAfterAsync(violation)).ShouldContain(finding);

    [Fact]
    public async Task A_view_with_the_rights_of_its_reader_is_well() =>
        (await FindingsAfterAsync("create view fine with (security_invoker = true) as select * from notifications; grant select on fine to notification_app")).ShouldBeEmpty();

    [Fact]
    public async Task A_view_that_an_extension_brought_is_none_of_ours() =>
        (await FindingsAfterAsync("create view monitor as select 1 as one; alter extension plpgsql add view monitor; grant select on monitor to public")).ShouldBeEmpty();

    [Theory]
    [InlineData("notification_app", "superuser")]
    [InlineData("notification_worker", "bypassrls")]
    public async Task A_role_that_row_level_security_does_not_bind_is_named(string role, string power)
    {
        // Roles belong to the cluster, and the other tests run on the shared one at this moment.
        await using var own = new PostgresCluster();
        await own.InitializeAsync();
        var connectionString = await own.CreateDatabaseAsync();
        await own.ExecuteAsync($"alter role {role} {power}");

        (await FindingsAsync(connectionString)).ShouldContain($"the role {role} is a superuser or bypasses row level security");
    }

    private async Task<IReadOnlyList<string>> FindingsAfterAsync(string violation)
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await using (var superuser = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(name)))
        await using (var command = superuser.CreateCommand(violation))
            await command.ExecuteNonQueryAsync();
        return await FindingsAsync(connectionString);
    }

    private static async Task<IReadOnlyList<string>> FindingsAsync(string connectionString)
    {
        await using var database = new Database(new StorageOptions { ConnectionString = connectionString });
        return await new SchemaGuard(database).FindingsAsync(CancellationToken.None);
    }
}
