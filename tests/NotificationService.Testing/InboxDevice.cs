using System.Text.Json;

namespace NotificationService.Testing;

/// <summary>
/// A device that keeps an inbox, as docs/inbox.md says how: it takes over items of higher versions, removes what is deleted, begins anew on a reset, and reports what was done
/// while it was offline. What it learns comes by <c>changes</c>, or by a stream.
/// </summary>
public sealed class InboxDevice
{
    public const string Inbox = "/api/v1/users/me/notifications";

    private readonly Dictionary<Guid, JsonElement> items = [];
    private readonly Dictionary<Guid, long> deleted = [];
    private readonly List<object> undelivered = [];
    private string? cursor;

    /// <summary>What it shows: each item's id, version and status, in the order of the ids.</summary>
    public IReadOnlyList<string> Items => [.. items.Values.Select(Line).Order(StringComparer.Ordinal)];

    public bool Knows(Guid id) => items.ContainsKey(id) || deleted.ContainsKey(id);

    public static string Line(JsonElement item) => $"{item.GetProperty("id").GetGuid()} {item.GetProperty("version").GetInt64()} {item.GetProperty("status").GetString()}";

    /// <summary>Done here and not said yet.</summary>
    public void Do(Guid id, string action, DateTimeOffset at) => undelivered.Add(new { id, action, at });

    /// <summary>Says what was done, then asks what changed. May be done again when the connection broke in the middle of it.</summary>
    public async Task SyncAsync(ApiClient person)
    {
        if (undelivered.Count > 0)
        {
            await person.ReadAsync(HttpMethod.Post, $"{Inbox}/sync", new { operations = undelivered });
            undelivered.Clear();
        }

        while (true)
        {
            var changes = await person.GetAsync($"{Inbox}/changes?limit=20{(cursor is null ? "" : $"&since={cursor}")}");
            if (changes.GetProperty("reset").GetBoolean())
                items.Clear();
            foreach (var item in changes.GetProperty("items").EnumerateArray())
                TakeOver(item);
            foreach (var id in changes.GetProperty("deleted").EnumerateArray())
                Remove(id.GetGuid(), long.MaxValue);
            cursor = changes.GetProperty("cursor").GetString();
            if (!changes.GetProperty("hasMore").GetBoolean())
                return;
        }
    }

    /// <summary>Whether it has to begin anew with <see cref="SyncAsync"/>.</summary>
    public bool Take(StreamedEvent received)
    {
        switch (received.Type)
        {
            case "notification.created" or "notification.updated":
                TakeOver(received.Data);
                break;
            case "notification.deleted":
                Remove(received.Data.GetProperty("id").GetGuid(), received.Data.GetProperty("version").GetInt64());
                break;
            case "reset":
                cursor = null;
                return true;
        }

        return false;
    }

    private void TakeOver(JsonElement item)
    {
        var (id, version) = (item.GetProperty("id").GetGuid(), item.GetProperty("version").GetInt64());
        if (deleted.TryGetValue(id, out var gone) && gone > version)
            return;
        if (!items.TryGetValue(id, out var known) || known.GetProperty("version").GetInt64() <= version)
            items[id] = item;
    }

    private void Remove(Guid id, long version)
    {
        items.Remove(id);
        deleted[id] = version;
    }
}
