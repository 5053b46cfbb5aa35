namespace NotificationService.Tenants;

/// <summary>The tenant a row belongs to. It comes from the caller's token and from nowhere else.</summary>
public readonly record struct TenantId(Guid Value) : IComparable<TenantId>
{
    public int CompareTo(TenantId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(TenantId left, TenantId right) => left.CompareTo(right) < 0;

    public static bool operator >(TenantId left, TenantId right) => left.CompareTo(right) > 0;

    public static bool operator <=(TenantId left, TenantId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TenantId left, TenantId right) => left.CompareTo(right) >= 0;
}
