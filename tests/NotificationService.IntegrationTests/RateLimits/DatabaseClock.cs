using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.RateLimits;

/// <summary>Doors to a database whose <c>clock_timestamp()</c> is a test's: a function of that name in a schema that is looked in first.</summary>
internal sealed class DatabaseClock : IAsyncDisposable
{
    private readonly TestDatabase database;

    private DatabaseClock(TestDatabase database)
    {
        this.database = database;
        Database = new Database(new StorageOptions
        {
            ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "clock, pg_catalog, public" }.ConnectionString,
        });
    }

    public Database Database { get; }

    public static async Task<DatabaseClock> StartAsync(TestDatabase database)
    {
        await database.ExecuteAsync("""
            create schema if not exists clock;
            create table if not exists clock.moment (at timestamptz not null);
            delete from clock.moment;
            insert into clock.moment values ('2026-01-31 09:30:00Z');
            create or replace function clock.clock_timestamp() returns timestamptz language sql volatile as 'select at from clock.moment';
            grant usage on schema clock to public;
            grant select on clock.moment to public;
            """);
        return new DatabaseClock(database);
    }

    public Task AdvanceAsync(TimeSpan by) => database.ExecuteAsync("update clock.moment set at = at + $1", new NpgsqlParameter { Value = by });

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
