using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Queueing;

/// <summary>
/// Says, in this process and in all others, that something changed for those who are connected: in a user's inbox, or among what a tenant published. What changed is
/// read from the database. A signal is a digest of whom it is about, many of them in one NOTIFY, at most every 50 ms and never in the transaction of the change.
/// Losing every signal changes nothing but the delay: whoever listens looks by itself now and then.
/// </summary>
public sealed class LiveSignals(Database database, TimeProvider time)
{
    /// <summary>The NOTIFY channel.</summary>
    public const string Channel = "notification_live";

    /// <summary>The payload when there are more than fit: everybody looks.</summary>
    private const string Everybody = "*";

    private const int KeyCharacters = 11;

    /// <summary>A NOTIFY carries 8,000 bytes.</summary>
    private const int MaxKeys = 600;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<long, Action?> listeners = new();
    private readonly Lock sync = new();
    private HashSet<long> unannounced = [];
    private bool isAnnouncing;

    /// <summary>Keys that somebody in this process listens to.</summary>
    public int Count => listeners.Count;

    /// <param name="userId">Null for what concerns the tenant.</param>
    public static long KeyOf(TenantId tenant, string? userId)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(userId is null ? tenant.ToString() : $"{tenant} {userId}"), digest);
        return MemoryMarshal.Read<long>(digest);
    }

    /// <param name="wake">Called wherever the signal comes from: quick, and without exceptions. Two users may have one key: it may be called for nothing.</param>
    public IDisposable Subscribe(long key, Action wake)
    {
        listeners.AddOrUpdate(key, wake, (_, others) => others + wake);
        return new Subscription(this, key, wake);
    }

    /// <summary>After the change was committed.</summary>
    public void Changed(TenantId tenant, string? userId)
    {
        var key = KeyOf(tenant, userId);
        Wake(key);
        lock (sync)
        {
            unannounced.Add(key);
            if (isAnnouncing)
                return;
            isAnnouncing = true;
        }

        _ = AnnounceAsync();
    }

    /// <summary>What another process announced, or this one.</summary>
    public void Hear(string payload)
    {
        if (payload == Everybody)
        {
            WakeAll();
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        for (var i = 0; i + KeyCharacters <= payload.Length; i += KeyCharacters)
        {
            if (Base64Url.TryDecodeFromChars(payload.AsSpan(i, KeyCharacters), bytes, out var written) && written == sizeof(long))
                Wake(MemoryMarshal.Read<long>(bytes));
        }
    }

    /// <summary>Signals may have been lost.</summary>
    public void WakeAll()
    {
        foreach (var wake in listeners.Values)
            wake?.Invoke();
    }

    private void Wake(long key)
    {
        if (listeners.TryGetValue(key, out var wake))
            wake?.Invoke();
    }

    private async Task AnnounceAsync()
    {
        while (true)
        {
            HashSet<long> keys;
            lock (sync)
            {
                (keys, unannounced) = (unannounced, []);
                if (keys.Count == 0)
                {
                    isAnnouncing = false;
                    return;
                }
            }

            try
            {
                // Letters, digits, - and _, or a star: nothing that would end the text.
                await using var command = database.App.CreateCommand($"notify {Channel}, '{Payload(keys)}'");
                await command.ExecuteNonQueryAsync();
            }
#pragma warning disable CA1031 // whatever it was, a loop that ended by it would never announce anything again
            catch (Exception)
#pragma warning restore CA1031
            {
                // Only signals were lost; whoever listens looks by itself.
            }

            // What changes meanwhile is announced together afterwards.
            await Task.Delay(Spacing, time);
        }
    }

    private static string Payload(HashSet<long> keys)
    {
        if (keys.Count > MaxKeys)
            return Everybody;
        var payload = new StringBuilder(keys.Count * KeyCharacters);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            MemoryMarshal.Write(bytes, key);
            payload.Append(Base64Url.EncodeToString(bytes));
        }

        return payload.ToString();
    }

    private void Leave(long key, Action wake)
    {
        while (listeners.TryGetValue(key, out var all))
        {
            var others = all - wake;
            if (others is null ? listeners.TryRemove(KeyValuePair.Create(key, all)) : listeners.TryUpdate(key, others, all))
                return;
        }
    }

    private sealed class Subscription(LiveSignals signals, long key, Action wake) : IDisposable
    {
        private Action? wake = wake;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref wake, null) is { } mine)
                signals.Leave(key, mine);
        }
    }
}
