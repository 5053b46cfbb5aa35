using System.Diagnostics;
using NotificationService.Host.Configuration;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Host.Embedded;

/// <summary>
/// A PostgreSQL of this folder's own, for a start without any settings. It listens on a Unix socket in a folder that
/// only its account can enter. A server that an earlier, killed process left running is found again; PostgreSQL's own
/// <c>postmaster.pid</c> and the owner's lock keep it at one server per folder.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Login = "notification_owner";
    private const string DatabaseName = "notification";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly DataFolder folder;
    private readonly PostgresAccount account;
    private readonly PostgresBinaries binaries;

    private PrivatePostgres(DataFolder folder, PostgresAccount account, PostgresBinaries binaries)
    {
        this.folder = folder;
        this.account = account;
        this.binaries = binaries;
    }

    public string ConnectionString => $"Host={folder.Sockets};Username={Login};Database={DatabaseName}";

    public string Description => $"private PostgreSQL {binaries.Major}, data in {folder.Root}";

    /// <summary>For <c>serve</c>: this process owns the server and stops it when it ends. A folder in use is refused.</summary>
    public static Task<PrivatePostgres> OwnAsync(string workingDirectory, Action<string> say, CancellationToken cancellationToken) =>
        OpenAsync(workingDirectory, mustOwn: true, say, cancellationToken);

    /// <summary>For the other commands: the server of a running <c>serve</c> where there is one, else one for as long as the command takes.</summary>
    public static Task<PrivatePostgres> BorrowAsync(string workingDirectory, Action<string> say, CancellationToken cancellationToken) =>
        OpenAsync(workingDirectory, mustOwn: false, say, cancellationToken);

    private static async Task<PrivatePostgres> OpenAsync(string workingDirectory, bool mustOwn, Action<string> say, CancellationToken cancellationToken)
    {
        var runner = PostgresAccount.Choose();
        var home = await DataFolder.OpenAsync(workingDirectory, runner, say, cancellationToken);
        if (mustOwn && !home.IsOwned)
            throw new StartupException($"another process of this service runs on {home.Root}: stop it, or start this one in another folder or with ConnectionStrings__NotificationDatabase");

        var postgres = new PrivatePostgres(home, runner, await BinariesAsync(home, say, cancellationToken));
        try
        {
            if (home.IsOwned)
                await postgres.InitializeAsync(cancellationToken);
            await postgres.StartAsync(cancellationToken);
            await postgres.EnsureDatabaseAsync(cancellationToken);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (folder.IsOwned && Postmaster.IsAlive(folder.Data))
        {
            await RunAsync(binaries.PgCtl, ["stop", "-D", folder.Data, "-m", "fast", "-W"], CancellationToken.None);
            if (!await UntilAsync(() => Task.FromResult(!Postmaster.IsAlive(folder.Data)), StopTimeout, CancellationToken.None))
                await RunAsync(binaries.PgCtl, ["stop", "-D", folder.Data, "-m", "immediate", "-W"], CancellationToken.None);
        }

        folder.Dispose();
    }

    /// <summary>Data belong to one major version, so theirs is looked for first on the machine and then in the package.</summary>
    private static async Task<PostgresBinaries> BinariesAsync(DataFolder folder, Action<string> say, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder.Data, "PG_VERSION");
        int? major = File.Exists(file) ? int.Parse((await File.ReadAllTextAsync(file, cancellationToken)).Trim()) : null;
        if (PostgresBinaries.OnThisMachine(major) is { } found)
            return found;
        if (major is null or PostgresPackage.Major)
            return await PostgresPackage.GetAsync(folder.Root, say, cancellationToken);
        throw new StartupException($"{folder.Data} was written by PostgreSQL {major}, which this machine has no more: install it again, or move that folder away");
    }

    /// <summary>Makes the data in a folder of its own and moves them into place, so that a start killed half-way leaves nothing that looks finished.</summary>
    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(folder.Data, "PG_VERSION")))
        {
            var unfinished = folder.Data + ".unfinished";
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            if (await RunAsync(binaries.Initdb, ["-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"], cancellationToken) is { } complaint)
                throw new StartupException($"initdb could not make {unfinished}: {complaint}");
            await File.AppendAllTextAsync(Path.Combine(unfinished, "postgresql.conf"), "\ninclude 'notification.conf'\n", cancellationToken);
            Directory.Move(unfinished, folder.Data);
        }

        // Written at every start: the folder may have been moved since.
        await File.WriteAllTextAsync(
            Path.Combine(folder.Data, "notification.conf"),
            $"""
            listen_addresses = ''
            unix_socket_directories = '{folder.Sockets.Replace('\\', '/').Replace("'", "''")}'
            timezone = 'UTC'
            log_checkpoints = off
            """,
            cancellationToken);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var responds = await UntilAsync(
            async () =>
            {
                // After a crash the dead server's children may hold its memory for a moment; the next run starts it again.
                if (folder.IsOwned && !Postmaster.IsAlive(folder.Data))
                    await RunAsync(binaries.PgCtl, ["start", "-D", folder.Data, "-l", folder.Log, "-W", "-s"], cancellationToken);
                return await RespondsAsync(cancellationToken);
            },
            StartTimeout,
            cancellationToken);
        if (!responds)
            throw new StartupException($"the private PostgreSQL did not start; its last words in {folder.Log} are: {LastWords()}");
    }

    /// <summary>Answers, and is the server of this folder's data.</summary>
    private async Task<bool> RespondsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync("postgres", cancellationToken);
            await using var command = new NpgsqlCommand("show data_directory", connection);
            return Path.GetFullPath((string)(await command.ExecuteScalarAsync(cancellationToken))!) == folder.Data;
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            return false;
        }
    }

    /// <summary>The service's login owns its database and is no superuser, as it should be everywhere.</summary>
    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync("postgres", cancellationToken);
        await EnsureAsync($"select from pg_roles where rolname = '{Login}'", $"create role {Login} login createrole");
        await EnsureAsync($"select from pg_database where datname = '{DatabaseName}'", $"create database {DatabaseName} owner {Login}");

        async Task EnsureAsync(string exists, string create)
        {
            await using var question = new NpgsqlCommand($"select exists ({exists})", connection);
            if (await question.ExecuteScalarAsync(cancellationToken) is true)
                return;
            await using var command = new NpgsqlCommand(create, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection($"Host={folder.Sockets};Username=postgres;Database={database};Timeout=3;Pooling=false");
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null, or what the program complained of.</summary>
    private async Task<string?> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = account.Command(folder.Root, program, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? null : errors.Trim();
    }

    private string LastWords() =>
        File.Exists(folder.Log) ? string.Join(" / ", File.ReadLines(folder.Log).TakeLast(4)) : "(none)";

    private static async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan within, CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < within; await Task.Delay(Step, cancellationToken))
        {
            if (await condition())
                return true;
        }

        return false;
    }
}
