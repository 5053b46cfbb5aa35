using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>
/// The tenants asked about of late, up to so many: one that nobody asks about leaves after minutes, and beyond the number whoever was asked about
/// longest ago leaves first, never one with a question under way. Any thread may use it.
/// </summary>
internal sealed class AskedTenants(int max, Func<TenantId, TenantQuestions> questions, TimeProvider time) : IDisposable
{
    /// <summary>Much longer than a service that fails is left alone: who comes back after it starts over with nothing lost.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly Lock sync = new();
    private readonly Dictionary<TenantId, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> used = new();

    public int Count
    {
        get
        {
            lock (sync)
                return entries.Count;
        }
    }

    /// <summary>Until <see cref="Leave"/> they are the tenant's only ones.</summary>
    public TenantQuestions Enter(TenantId tenant)
    {
        lock (sync)
        {
            if (!entries.TryGetValue(tenant, out var node))
                entries.Add(tenant, node = used.AddLast(new Entry(tenant, questions(tenant))));
            node.Value.Askers++;
            Touch(node);
            DropUnused();
            return node.Value.Questions;
        }
    }

    public void Leave(TenantId tenant)
    {
        lock (sync)
        {
            var node = entries[tenant];
            node.Value.Askers--;
            Touch(node);
            DropUnused();
        }
    }

    public void Dispose()
    {
        lock (sync)
        {
            foreach (var entry in used)
                entry.Questions.Dispose();
        }
    }

    private void Touch(LinkedListNode<Entry> node)
    {
        node.Value.At = time.GetTimestamp();
        used.Remove(node);
        used.AddLast(node);
    }

    private void DropUnused()
    {
        for (var node = used.First; node is not null && (entries.Count > max || time.GetElapsedTime(node.Value.At) >= Idle);)
        {
            var (entry, next) = (node.Value, node.Next);
            if (entry.Askers == 0)
            {
                used.Remove(node);
                entries.Remove(entry.Tenant);
                entry.Questions.Dispose();
            }

            node = next;
        }
    }

    private sealed class Entry(TenantId tenant, TenantQuestions questions)
    {
        public TenantId Tenant => tenant;

        public TenantQuestions Questions => questions;

        public int Askers { get; set; }

        public long At { get; set; }
    }
}
