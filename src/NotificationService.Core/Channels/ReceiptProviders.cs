using System.Collections.Concurrent;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>
/// The providers that report, by the id in the address they report to, which is all that is known of whoever asks.
/// Answers from memory; looks again in the background after a second, so that a change or a new credential is seen within two.
/// </summary>
/// <remarks>
/// Anybody may guess ids. Ids that nobody has seen before are asked for many at once, and no more than so many wait; only real providers are remembered, and what is known of one is read without waiting behind a guess.
/// </remarks>
public sealed class ReceiptProviders : IAsyncDisposable
{
    /// <summary>Guessed ids that are remembered.</summary>
    public const int MaxAbsent = 20_000;

    private const int MaxKnown = 20_000;
    private const int MaxReadAtOnce = 2;

    private static readonly CoalescerOptions Guesses = new(Writers: 1, Capacity: 2_000, MaxBatch: 500, TimeSpan.Zero);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(2);
    private static readonly string Find = SqlText.Statement("provider_for_receipts");

    private readonly ConcurrentDictionary<Guid, Entry> known = new();
    private readonly ConcurrentDictionary<Guid, long> absent = new();
    private readonly ConcurrentDictionary<Guid, Task<FoundProvider>> loading = new();
    private readonly SemaphoreSlim reading = new(MaxReadAtOnce, MaxReadAtOnce);
    private readonly Coalescer<Guid, TenantId?> tenants;
    private readonly Database database;
    private readonly ProviderStore store;
    private readonly TimeProvider time;

    public ReceiptProviders(Database database, ProviderStore store, TimeProvider time)
    {
        (this.database, this.store, this.time) = (database, store, time);
        tenants = new(Guesses, time, TenantsAsync);
    }

    /// <summary>How many guessed ids are remembered now.</summary>
    public int Absent => absent.Count;

    public ValueTask<FoundProvider> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (id.Version != 7)
            return new(new FoundProvider.None()); // never one of ours
        if (known.TryGetValue(id, out var entry))
        {
            var age = time.GetElapsedTime(entry.At);
            if (age >= UsableFor)
                return new(LoadOnceAsync(id, entry.Tenant).WaitAsync(cancellationToken));
            if (age >= FreshFor)
                _ = LoadOnceAsync(id, entry.Tenant);
            return new(entry.Provider);
        }

        if (absent.TryGetValue(id, out var at) && time.GetElapsedTime(at) < UsableFor)
            return new(new FoundProvider.None());
        return new(LoadOnceAsync(id, tenant: null).WaitAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await tenants.DisposeAsync();
        reading.Dispose();
    }

    /// <summary>One load of an id at a time, whoever asks.</summary>
    private Task<FoundProvider> LoadOnceAsync(Guid id, TenantId? tenant)
    {
        var begun = new TaskCompletionSource<FoundProvider>(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = loading.GetOrAdd(id, begun.Task);
        if (load == begun.Task)
            _ = LoadAsync(id, tenant, begun);
        return load;
    }

    private async Task LoadAsync(Guid id, TenantId? tenant, TaskCompletionSource<FoundProvider> begun)
    {
        await Task.Yield();
        try
        {
            begun.SetResult(await LoadAsync(id, tenant));
        }
#pragma warning disable CA1031 // whatever went wrong belongs to those who wait for it
        catch (Exception exception)
#pragma warning restore CA1031
        {
            begun.SetException(exception);
            _ = begun.Task.Exception; // a load in the background has nobody who waits
        }
        finally
        {
            loading.TryRemove(id, out _);
        }
    }

    private async Task<FoundProvider> LoadAsync(Guid id, TenantId? tenant)
    {
        var at = time.GetTimestamp(); // what is changed from here on may be missing
        if (tenant is null)
        {
            if (!tenants.TryAdd(id, out var asked))
                return new FoundProvider.Busy();
            tenant = await asked;
        }

        if (tenant is { } owner && await ReadInTurnAsync(owner, id) is { } opened)
        {
            var found = new FoundProvider.Known(opened);
            if (known.Count >= MaxKnown)
                known.Clear(); // looked up again, once each
            known[id] = new Entry(owner, found, at);
            return found;
        }

        known.TryRemove(id, out _);
        if (absent.Count >= MaxAbsent)
            absent.Clear();
        absent[id] = at;
        return new FoundProvider.None();
    }

    private async Task<IReadOnlyList<TenantId?>> TenantsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.Receipts.CreateCommand("select g.ord::int - 1, notification_meta.tenant_of_provider(g.id) from unnest($1::uuid[]) with ordinality as g(id, ord)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids] });
        var found = new TenantId?[ids.Count];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetInt32(0)] = reader.IsDBNull(1) ? null : new TenantId(reader.GetGuid(1));
        return found;
    }

    /// <summary>A few at once, so that those who keep receipts have connections left.</summary>
    private async Task<OpenedProvider?> ReadInTurnAsync(TenantId tenant, Guid id)
    {
        await reading.WaitAsync();
        try
        {
            return await ReadAsync(tenant, id);
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task<OpenedProvider?> ReadAsync(TenantId tenant, Guid id)
    {
        ProviderRow? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.Receipts, CancellationToken.None);
        batch.Add(tenant, Find, new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = id });
        await batch.CommitAsync(
            row =>
            {
                found ??= new ProviderRow
                {
                    Id = id,
                    TenantId = tenant,
                    Channel = (ChannelKind)row.GetInt16(0),
                    Type = row.GetString(1),
                    Name = row.GetString(2),
                    Settings = row.GetString(3),
                };
                if (!row.IsDBNull(4))
                {
                    found.Credentials.Add(new ProviderCredentialRow
                    {
                        TenantId = tenant,
                        ProviderId = id,
                        Field = row.GetString(4),
                        KeyId = row.GetString(5),
                        Sealed = row.GetFieldValue<byte[]>(6),
                        Hint = row.GetString(7),
                    });
                }
            },
            CancellationToken.None);
        return found is null ? null : store.Open(found);
    }

    private sealed record Entry(TenantId Tenant, FoundProvider.Known Provider, long At);
}
