using System.Collections.Concurrent;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>
/// The providers that report, by the id in the address they report to, which is all that is known of whoever asks.
/// Answers from memory; looks again in the background after a second, so that a change or a new credential is seen within two.
/// Reads by connections of its own, and asks for unknown ids one at a time, so that guessing ids keeps nobody waiting.
/// </summary>
public sealed class ReceiptProviders(Database database, ProviderStore store, TimeProvider time) : IDisposable
{
    private const int MostRemembered = 20_000;

    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(2);
    private static readonly string Find = SqlText.Statement("provider_for_receipts");

    private readonly ConcurrentDictionary<Guid, Entry> entries = new();
    private readonly ConcurrentDictionary<Guid, Task<OpenedProvider?>> loading = new();
    private readonly SemaphoreSlim unknown = new(1, 1);

    /// <summary>Null when there is no such provider.</summary>
    public ValueTask<OpenedProvider?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (id.Version != 7)
            return new(result: null); // never one of ours
        if (entries.TryGetValue(id, out var entry) && time.GetElapsedTime(entry.At) is var age && age < UsableFor)
        {
            if (age >= FreshFor)
                _ = LoadOnceAsync(id, isKnown: entry.Provider is not null);
            return new(entry.Provider);
        }

        return new(LoadOnceAsync(id, isKnown: entry?.Provider is not null).WaitAsync(cancellationToken));
    }

    public void Dispose() => unknown.Dispose();

    /// <summary>One load of an id at a time, whoever asks.</summary>
    private Task<OpenedProvider?> LoadOnceAsync(Guid id, bool isKnown)
    {
        var begun = new TaskCompletionSource<OpenedProvider?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = loading.GetOrAdd(id, begun.Task);
        if (load == begun.Task)
            _ = LoadAsync(id, isKnown, begun);
        return load;
    }

    private async Task LoadAsync(Guid id, bool isKnown, TaskCompletionSource<OpenedProvider?> begun)
    {
        await Task.Yield();
        if (!isKnown)
            await unknown.WaitAsync();
        try
        {
            var at = time.GetTimestamp(); // what is changed from here on may be missing
            var provider = await ReadAsync(id);
            if (entries.Count >= MostRemembered)
                entries.Clear();
            entries[id] = new Entry(provider, at);
            begun.SetResult(provider);
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
            if (!isKnown)
                unknown.Release();
        }
    }

    private async Task<OpenedProvider?> ReadAsync(Guid id)
    {
        await using var command = database.Receipts.CreateCommand("select notification_meta.tenant_of_provider($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return await command.ExecuteScalarAsync() is Guid tenant ? await ReadAsync(new TenantId(tenant), id) : null;
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

    private sealed record Entry(OpenedProvider? Provider, long At);
}
