using System.Collections.Concurrent;
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
    private static readonly Statement Find = Statement.Load("provider_for_receipts");
    private static readonly Statement Tenants = Statement.Load("providers_tenants");

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
        await using var command = Tenants.With(Parameter.Of<Guid[]>("providers", [.. ids])).On(database.Receipts);
        var found = new TenantId?[ids.Count];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetInt32(OfTenant.Place)] = reader.IsDBNull(OfTenant.TenantId) ? null : new TenantId(reader.GetGuid(OfTenant.TenantId));
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
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("provider", id)));
        await batch.CommitAsync(
            row =>
            {
                found ??= new ProviderRow
                {
                    Id = id,
                    TenantId = tenant,
                    Channel = (ChannelKind)row.GetInt16(Found.Channel),
                    Type = row.GetString(Found.Type),
                    Name = row.GetString(Found.Name),
                    Settings = row.GetString(Found.Settings),
                };
                if (!row.IsDBNull(Found.Field))
                {
                    found.Credentials.Add(new ProviderCredentialRow
                    {
                        TenantId = tenant,
                        ProviderId = id,
                        Field = row.GetString(Found.Field),
                        KeyId = row.GetString(Found.KeyId),
                        Sealed = row.GetFieldValue<byte[]>(Found.Sealed),
                        Hint = row.GetString(Found.Hint),
                    });
                }
            },
            CancellationToken.None);
        return found is null ? null : store.Open(found);
    }

    private static class Found
    {
        public static readonly Column
            Channel = Find.Column("channel"), Type = Find.Column("type"), Name = Find.Column("name"), Settings = Find.Column("settings"),
            Field = Find.Column("field"), KeyId = Find.Column("key_id"), Sealed = Find.Column("sealed"), Hint = Find.Column("hint");
    }

    private static class OfTenant
    {
        public static readonly Column
            Place = Tenants.Column("place"), TenantId = Tenants.Column("tenant_id");
    }

    private sealed record Entry(TenantId Tenant, FoundProvider.Known Provider, long At);
}
