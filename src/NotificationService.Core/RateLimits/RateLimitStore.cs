using NotificationService.Storage;

namespace NotificationService.RateLimits;

/// <summary>What the database answered to a lease: how much all nodes have taken of this minute, and what is left of the minute.</summary>
public readonly record struct LeaseResponse(long LeasedByAll, TimeSpan LeftOfMinute);

/// <summary>The allowance that all nodes share, in PostgreSQL.</summary>
public sealed class RateLimitStore(Database database)
{
    private static readonly Statement Lease = Statement.Load("rate_limits_lease");
    private static readonly Column Leased = Lease.Column("leased");
    private static readonly Column SecondsLeft = Lease.Column("seconds_left");
    private static readonly Statement Purge = Statement.Load("rate_limits_purge");

    public async Task<LeaseResponse> LeaseAsync(string subject, long amount, CancellationToken cancellationToken)
    {
        await using var command = Lease.With(Parameter.Of("subject", subject), Parameter.Of("amount", amount)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LeaseResponse(reader.GetInt64(Leased), TimeSpan.FromSeconds(reader.GetDouble(SecondsLeft)));
    }

    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var command = Purge.With().On(database.App);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
