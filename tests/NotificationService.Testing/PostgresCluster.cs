using System.Diagnostics;
using System.Reflection;
using NotificationService.Host.Commands;
using NotificationService.Host.Embedded;
using NotificationService.Storage;
using Npgsql;
using Xunit;

namespace NotificationService.Testing;

/// <summary>
/// A PostgreSQL of the tests' own in a temporary folder. One per test assembly (<c>[assembly: AssemblyFixture(typeof(PostgresCluster))]</c>), which
/// waits for no disk; a test that stops or kills PostgreSQL makes its own, which is <see cref="IsDurable"/>.
/// A shell stands between the test process and the server: when the test process ends, however it ends, the shell's
/// input closes, and the shell takes the server and the folder away.
/// </summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private const string TemplateName = "notification_template";

    /// <summary>The service's login, as in production: it owns the schema and is no superuser, so that FORCE ROW LEVEL SECURITY binds it too.</summary>
    private const string Login = "notification_owner";

    // $1 is the folder, the rest the server's command line. A word on the input says how to stop; the end of input cleans up.
    // A shell starts what is in the background with SIGQUIT ignored, and a server that is still starting has not changed that: it is killed.
    private const string Keeper = """
        folder=$1; shift
        "$@" >>"$folder/log" 2>&1 &
        server=$!
        read -r how || how=end
        case $how in fast) kill -INT $server;; kill) kill -KILL $server;; *) kill -QUIT $server; (sleep 10; kill -KILL $server) >/dev/null 2>&1 & late=$!;; esac
        wait $server
        if [ -n "$late" ]; then kill $late 2>/dev/null; fi
        if [ "$how" = end ]; then cd / && rm -rf "$folder"; fi
        """;

    /// <summary>
    /// Of a server that lives as long as the tests: nothing is read back after a crash, and its databases live for seconds. Autovacuum would
    /// look at each of hundreds of them once a minute; a test that needs statistics or a vacuum asks for it.
    /// </summary>
    private static readonly string[] ShortLived =
        ["fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "checkpoint_timeout=1h", "autovacuum=off"];

    private readonly SemaphoreSlim templateSync = new(1, 1);
    private readonly PostgresAccount account = PostgresAccount.Choose();
    private PostgresBinaries? binaries;
    private Process? keeper;
    private bool templateReady;
    private int databases;
    private long logBeforeStart;

    /// <summary>Settings of the server beyond the usual, <c>name=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Whether it has the durability of production: what a test stops or kills, or measures, has it.</summary>
    public bool IsDurable { get; init; }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "nspg-" + Guid.NewGuid().ToString("n")[..10]);

    /// <summary>What the service is given: its own login.</summary>
    public string ConnectionString(string database) => $"Host={Folder};Username={Login};Database={database}";

    /// <summary>For what a test arranges or looks at, past row level security.</summary>
    public string SuperuserConnectionString(string database) => $"Host={Folder};Username=postgres;Database={database};Command Timeout=120;Application Name=test";

    public async ValueTask InitializeAsync()
    {
        binaries = await BinariesAsync();
        await account.MakeFolderAsync(Folder, CancellationToken.None);
        await RunAsync(binaries.Initdb, "-D", Data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync");
        await StartAsync();
        await ExecuteAsync($"create role {Login} login createrole");
    }

    public async ValueTask DisposeAsync()
    {
        if (keeper is null)
            await KeepAsync(); // stopped by a test: started once more so that the keeper clears the folder
        keeper!.StandardInput.Close();
        await keeper.WaitForExitAsync();
        keeper.Dispose();
        templateSync.Dispose();
    }

    /// <summary>Starts the server, after <see cref="StopAsync"/> again on the same data, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                if (keeper is null)
                    await KeepAsync();
                return await RespondsAsync();
            },
            TimeSpan.FromSeconds(60),
            () => $"PostgreSQL did not start: {Log()}");
    }

    /// <summary>Stops the server: <c>fast</c>, <c>immediate</c> (no checkpoint, as after a power cut) or <c>kill</c> (SIGKILL).</summary>
    public Task StopAsync(string how) =>
        IsDurable ? EndAsync(how) : throw new InvalidOperationException("only a server of the test's own that is durable is stopped");

    /// <summary>A new database with the migrated schema, copied from a template that is migrated once. Answers its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await EnsureTemplateAsync();
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name} template {TemplateName} owner {Login}");
        return ConnectionString(name);
    }

    /// <summary>A new database without any schema. Answers its connection string.</summary>
    public async Task<string> CreateEmptyDatabaseAsync()
    {
        var name = $"empty_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync($"create database {name} owner {Login}");
        return ConnectionString(name);
    }

    /// <summary>Runs a statement as the superuser on the cluster's own database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(SuperuserConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Nobody gets into a database any more, and whoever is in it is thrown out.</summary>
    public async Task CloseAsync(string database)
    {
        await ExecuteAsync($"alter database {database} allow_connections false");
        await using var connection = new NpgsqlConnection(SuperuserConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        // Again and again: who was let in just before stands in the list a moment later.
        await using var command = new NpgsqlCommand($"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}'", connection);
        await Eventually.TrueAsync(async () => await command.ExecuteScalarAsync() is 0L, TimeSpan.FromSeconds(60));
    }

    public Task OpenAsync(string database) => ExecuteAsync($"alter database {database} allow_connections true");

    private string Data => Path.Combine(Folder, "data");

    private string LogFile => Path.Combine(Folder, "log");

    /// <summary>The machine's own, or where it has none those that the service itself would fetch with npm, once for all test assemblies.</summary>
    private static async Task<PostgresBinaries> BinariesAsync()
    {
        if (PostgresBinaries.OnThisMachine() is { } found)
            return found;
        // Not below the repository: the account that runs the server may not be let in there.
        var folder = await OncePerMachine.GetAsync("postgres", folder => PostgresPackage.GetAsync(folder, _ => { }, CancellationToken.None));
        return await PostgresPackage.GetAsync(folder, _ => { }, CancellationToken.None);
    }

    private async Task EnsureTemplateAsync()
    {
        await templateSync.WaitAsync();
        try
        {
            if (templateReady)
                return;
            await ExecuteAsync($"create database {TemplateName} owner {Login}");
            await using (var database = new Database(new StorageOptions { ConnectionString = ConnectionString(TemplateName) }))
                await new MigrationRunner(database).MigrateAsync(CancellationToken.None);
            if (Assembly.GetEntryAssembly()?.IsDefined(typeof(DatabasesHaveDemoAttribute)) == true)
                await SeedCommand.RunAsync([$"--ConnectionStrings:NotificationDatabase={ConnectionString(TemplateName)}", "--environment=Development"], CancellationToken.None);
            templateReady = true;
        }
        finally
        {
            templateSync.Release();
        }
    }

    private async Task KeepAsync()
    {
        logBeforeStart = File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;
        var start = account.Command(Folder, "sh",
            ["-c", Keeper, "keeper", Folder, binaries!.Postgres, "-D", Data, "-k", Folder,
            "-c", "listen_addresses=", "-c", "max_connections=400", "-c", "shared_buffers=128MB", "-c", "timezone=UTC",
            .. (IsDurable ? Settings : [.. ShortLived, .. Settings]).SelectMany(setting => (string[])["-c", setting])]);
        start.RedirectStandardInput = true;
        keeper = Process.Start(start)!;
        keeper.StandardInput.AutoFlush = true;
        await Task.Yield();
    }

    private async Task EndAsync(string how)
    {
        await keeper!.StandardInput.WriteLineAsync(how);
        await keeper.WaitForExitAsync();
        keeper.Dispose();
        keeper = null;
        NpgsqlConnection.ClearAllPools();
    }

    private async Task<bool> RespondsAsync()
    {
        try
        {
            await ExecuteAsync("select 1");
            return true;
        }
        catch (NpgsqlException)
        {
            // After a SIGKILL the old server's children may hold its memory for a moment, and the new server gives up.
            if (LogSinceStart().Contains("FATAL:  pre-existing shared memory block", StringComparison.Ordinal))
                await EndAsync("kill");
            return false;
        }
    }

    private string Log() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(15)) : "(no log)";

    private string LogSinceStart()
    {
        if (!File.Exists(LogFile))
            return "";
        using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = logBeforeStart;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = account.Command(Folder, program, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output} {errors}");
    }
}
