using NotificationService.Storage;
using Npgsql;

namespace NotificationService.RateLimits;

/// <summary>What the database answered to a lease: how much all nodes have taken of this minute, and what is left of the minute.</summary>
public readonly record struct LeaseResponse(long LeasedByAll, TimeSpan LeftOfMinute);

/// <summary>The allowance that all nodes share, in PostgreSQL.</summary>
public sealed class RateLimitStore(Database database)
{
    private static readonly string Lease = SqlText.Statement("rate_limits_lease");
    private static readonly string Purge = SqlText.Statement("rate_limits_purge");

    public async Task<LeaseResponse> LeaseAsync(string subject, long amount, CancellationToken cancellationToken)
    {
        await using var command = database.App.CreateCommand(Lease);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = amount });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LeaseResponse(reader.GetInt64(0), TimeSpan.FromSeconds(reader.GetDouble(1)));
    }

    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.App.CreateCommand(Purge);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
