using System.Reflection;
using System.Text.RegularExpressions;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>Npgsql's own book of what a connection has prepared, which it loses track of when a statement is replaced while it fails.</summary>
public sealed partial class PreparedStatementsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public async Task A_connection_in_disorder_counts_as_an_outage_and_is_dropped()
    {
        await using var own = new Database(new StorageOptions { ConnectionString = database.ConnectionString, WorkerPoolSize = 1 });
        var before = 0;
        Exception? thrown = null;
        // Each time anew: which of its statements the driver replaces first is its own business.
        await Eventually.TrueAsync(
            async () =>
            {
                thrown ??= await Record.ExceptionAsync(async () =>
                {
                    await using (var connection = await own.Worker.OpenConnectionAsync())
                    {
                        for (var i = 0; i < 3; i++)
                            await ScalarAsync(connection, "select 1");
                        before = (int)(await ScalarAsync(connection, "select pg_backend_pid()"))!;
                        Disorder(connection);
                    }

                    await using var command = own.Worker.CreateCommand("select 2");
                    await command.ExecuteScalarAsync();
                });
                return thrown is not null;
            },
            TimeSpan.FromSeconds(30));

        thrown!.Message.ShouldContain("PreparedState");
        Outage.IsBehind(thrown).ShouldBeTrue();
        // It is dropped a moment after the exception, and until then it may be given out again.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var command = own.Worker.CreateCommand("select pg_backend_pid()");
                    return (int)(await command.ExecuteScalarAsync())! != before;
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_statement_that_was_refused_while_it_was_prepared_runs_again_and_what_the_driver_says_until_then_is_an_outage()
    {
        const string Read = "select tenant_id from tenants limit 1";
        await database.NewTenantAsync();
        await using var own = new Database(new StorageOptions { ConnectionString = database.ConnectionString, WorkerPoolSize = 1 });
        await ReadAsync();
        await database.ExecuteAsync($"revoke select on tenants from {Database.WorkerRole}");
        try
        {
            // It is parsed, and what may be read is asked only when it begins.
            (await Should.ThrowAsync<PostgresException>(ReadAsync)).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        }
        finally
        {
            await database.ExecuteAsync($"grant select on tenants to {Database.WorkerRole}");
        }

        var thrown = new List<Exception>();
        await Eventually.TrueAsync(
            async () =>
            {
                var exception = await Record.ExceptionAsync(ReadAsync);
                if (exception is not null)
                    thrown.Add(exception);
                return exception is null;
            },
            TimeSpan.FromSeconds(30));

        thrown.ShouldAllBe(exception => Outage.IsBehind(exception));

        async Task ReadAsync()
        {
            await using var batch = await TenantBatch.OpenAsync(own.Worker, CancellationToken.None);
            batch.Add(Read);
            await batch.CommitAsync(read: null, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("Received unexpected backend message DataRow. Please file a bug.", true)]
    [InlineData("Invalid PreparedState state Unprepared", true)]
    [InlineData("Something else. Please file a bug.", false)]
    public void What_the_driver_says_when_it_has_lost_track_is_an_outage(string message, bool isOutage) =>
        Outage.IsBehind((Exception)Activator.CreateInstance(typeof(Exception), message)!).ShouldBe(isOutage);

    [Fact]
    public void There_is_a_slot_for_every_statement_of_ours_and_of_EFs()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        // Whoever names only one of the roles' sources runs nothing under the others.
        var workers = files.Where(text => text.Contains("database.Worker", StringComparison.Ordinal) && !text.Contains("database.App", StringComparison.Ordinal)).ToList();
        var others = files.Except(workers).ToList();

        Count(workers, Statements()).ShouldBeInRange(50, Database.MaxPrepared);
        (Count(others, Statements()) + Count(others, Queries())).ShouldBeInRange(100, Database.MaxPrepared);
    }

    private static int Count(IEnumerable<string> texts, Regex pattern) => texts.Sum(text => pattern.Count(text));

    [GeneratedRegex("""Statement\.Load\(|ListStatement [A-Za-z]+ = new\(|"(select|insert into|update|delete from|begin|set local|rollback|commit) """, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Statements();

    [GeneratedRegex("""(ToListAsync|ToArrayAsync|ToDictionaryAsync|FirstOrDefaultAsync|SingleOrDefaultAsync|FirstAsync|SingleAsync|AnyAsync|CountAsync|ExecuteUpdateAsync|ExecuteDeleteAsync|SaveChangesAsync|FindAsync)\(""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Queries();

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>As after a preparation that failed at the wrong moment: a slot is held by a statement that is not prepared.</summary>
    private static void Disorder(NpgsqlConnection connection)
    {
        var connector = Get(connection, "Connector");
        var slots = (Array)Get(Get(connector, "PreparedStatementManager"), "AutoPrepared");
        var statement = slots.GetValue(0)!;
        var state = statement.GetType().GetProperty("State", Any)!;
        state.SetValue(statement, Enum.Parse(state.PropertyType, "Unprepared"));
    }

    private static object Get(object of, string name) => of.GetType().GetProperty(name, Any)!.GetValue(of)!;
}
