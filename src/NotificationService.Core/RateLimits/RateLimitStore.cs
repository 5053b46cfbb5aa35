using NotificationService.Storage;

namespace NotificationService.RateLimits;

/// <summary>The allowance that all nodes share, in PostgreSQL.</summary>
public sealed class RateLimitStore(Database database)
{
    private static readonly Statement Lease = Statement.Load("rate_limits_lease");
    private static readonly Column Granted = Lease.Column("granted");
    private static readonly Column Used = Lease.Column("used");
    private static readonly Column SecondsLeft = Lease.Column("seconds_left");
    private static readonly Statement Purge = Statement.Load("rate_limits_purge");

    public async Task<RateLease> LeaseAsync(RateLeaseRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var command = Lease.With(
                Parameter.Of("subject", request.Subject), Parameter.Of("amount", request.Amount), Parameter.Of("least", request.Min), Parameter.Of("limit", request.Limit)).On(database.App);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
                return new RateLease(reader.GetInt64(Granted), reader.GetInt64(Used), reader.IsDBNull(SecondsLeft) ? null : TimeSpan.FromSeconds(reader.GetDouble(SecondsLeft)));
            // Another node's was the first lease of this subject; now there is a row.
        }
    }

    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var command = Purge.With().On(database.App);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
