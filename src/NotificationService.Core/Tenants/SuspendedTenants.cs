using System.Collections.Frozen;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Who may not send now, from memory: whoever asks knows what was true two seconds ago at most. While somebody asks, one statement a second reads them all;
/// while nobody asks, nothing is read. While the database is away what was read last has to do: what is accepted needs the database, and a claim asks by itself.
/// </summary>
public sealed class SuspendedTenants(TenantSettingsCache settings, Database database, TimeProvider time)
{
    /// <summary>The code of the refusal, wherever somebody wants to send.</summary>
    public const string Code = "tenant_suspended";

    public const string Message = "The tenant is suspended and sends nothing. What waits is kept, and goes on when the tenant is resumed.";

    /// <summary>When there are more of them, each tenant is asked for by itself.</summary>
    public const int Max = 50_000;

    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly Statement Suspended = Statement.Load("tenants_suspended");
    private static readonly Column Tenant = Suspended.Column("tenant_id");

    private readonly Lock sync = new();
    private Task? reading;
    private Known last = new(FrozenSet<Guid>.Empty, IsComplete: true, Began: null);

    /// <summary>Kept at this moment.</summary>
    public int Count => Volatile.Read(ref last).Tenants.Count;

    public ValueTask<bool> ContainsAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref last);
        return known.IsComplete && known.Began is { } began && time.GetElapsedTime(began) < ReadAgainAfter
            ? new ValueTask<bool>(known.Tenants.Contains(tenant.Value))
            : AskAsync(tenant, known, cancellationToken);
    }

    /// <summary>After a tenant was suspended or resumed on this node.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) => BeginReadAsync().WaitAsync(cancellationToken);

    private async ValueTask<bool> AskAsync(TenantId tenant, Known known, CancellationToken cancellationToken)
    {
        if (known.Began is not { } began || time.GetElapsedTime(began) >= ReadAgainAfter)
        {
            var read = BeginReadAsync();
            if (known.Began is not { } asked || time.GetElapsedTime(asked) >= UsableFor)
                await Task.WhenAny(read, Task.Delay(LongestWait, time, cancellationToken));
        }

        var now = Volatile.Read(ref last);
        return now.IsComplete ? now.Tenants.Contains(tenant.Value) : (await settings.GetAsync(tenant, cancellationToken)).Status != TenantStatus.Active;
    }

    /// <summary>One at a time, whoever asks.</summary>
    private Task BeginReadAsync()
    {
        lock (sync)
            return reading ??= ReadAsync();
    }

    private async Task ReadAsync()
    {
        await Task.Yield(); // the lock is not held while reading
        try
        {
            var (began, found) = (time.GetTimestamp(), new List<Guid>());
            await using var command = Suspended.With(Parameter.Of("max", Max + 1)).On(database.App);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                found.Add(reader.GetGuid(Tenant));
            Volatile.Write(ref last, new Known(found.Count > Max ? FrozenSet<Guid>.Empty : found.ToFrozenSet(), found.Count <= Max, began));
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception) is var failure && (failure.IsOfTheDatabase() || failure is DatabaseFailure.Disposed))
        {
            // What was read last has to do until the database is back.
        }
        finally
        {
            lock (sync)
                reading = null;
        }
    }

    private sealed record Known(FrozenSet<Guid> Tenants, bool IsComplete, long? Began);
}
