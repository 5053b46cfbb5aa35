using NotificationService.Host.Configuration;
using NotificationService.Host.Embedded;

namespace NotificationService.Host.Commands;

/// <summary>The database a command works on: the one that was named, or else this folder's private PostgreSQL.</summary>
public sealed class DatabaseDoor : IAsyncDisposable
{
    private readonly PrivatePostgres? postgres;

    private DatabaseDoor(HostSettings settings, PrivatePostgres? postgres)
    {
        Settings = postgres is null ? settings : settings with { ConnectionString = postgres.ConnectionString };
        this.postgres = postgres;
    }

    /// <summary>The settings with a connection string in them.</summary>
    public HostSettings Settings { get; }

    public string Description => postgres?.Description ?? "the database of ConnectionStrings__NotificationDatabase";

    /// <param name="configuration">What says which database, and how long to wait for it.</param>
    /// <param name="owning">True for <c>serve</c>, which keeps the private PostgreSQL for itself and stops it when it ends.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<DatabaseDoor> OpenAsync(IConfiguration configuration, bool owning, CancellationToken cancellationToken)
    {
        var (settings, wait) = (HostSettings.Read(configuration), new DatabaseWait(StartupOptions.Read(configuration).DatabaseTimeout, TimeProvider.System));
        if (settings.ConnectionString is { } named)
        {
            // serve waits by itself, and answers meanwhile.
            if (!owning)
                await wait.UntilOpenAsync(named, cancellationToken);
            return new DatabaseDoor(settings, postgres: null);
        }

        var here = Directory.GetCurrentDirectory();
        return new DatabaseDoor(settings, owning
            ? await PrivatePostgres.OwnAsync(here, Console.WriteLine, cancellationToken)
            : await PrivatePostgres.BorrowAsync(here, Console.WriteLine, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
            await postgres.DisposeAsync();
    }
}
