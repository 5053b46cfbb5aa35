namespace NotificationService.Tenants;

/// <summary>Whose rows one statement works on: distinct tenants, ascending, as PostgreSQL sorts them, which looks one up by halves.</summary>
public sealed class TenantSet
{
    private readonly Guid[] tenants;

    private TenantSet(Guid[] tenants) => this.tenants = tenants;

    public int Count => tenants.Length;

    /// <summary>As a statement is given them.</summary>
    public Guid[] Ids => tenants;

    /// <summary>The tenant, where there is but one.</summary>
    public TenantId? Single => tenants is [var one] ? new TenantId(one) : null;

    /// <param name="tenants">In any order and with repeats, one at least.</param>
    public static TenantSet Of(IEnumerable<TenantId> tenants)
    {
        var distinct = new HashSet<Guid>();
        foreach (var tenant in tenants)
            distinct.Add(tenant.Value);
        if (distinct.Count == 0)
            throw new ArgumentException("a set of tenants has one at least", nameof(tenants));
        Guid[] sorted = [.. distinct];
        // Guid compares its bytes in the order in which they are written, and so does PostgreSQL.
        Array.Sort(sorted);
        return new TenantSet(sorted);
    }

    /// <summary>As an array of PostgreSQL's, written out.</summary>
    public override string ToString() => $"{{{string.Join(',', tenants)}}}";
}
