using NotificationService.Storage;

namespace NotificationService.Credentials;

/// <summary>A table of encrypted secrets, as the module that keeps it names its statements. Each belongs to an owner: a provider, a webhook endpoint.</summary>
public sealed class SealedTable
{
    private readonly Statement find;
    private readonly Statement reseal;
    private readonly Statement count;

    private SealedTable(Statement find, Statement reseal, Statement count)
    {
        (this.find, this.reseal, this.count) = (find, reseal, count);
        (Tenant, Owner, Field, Sealed) = (find.Column("tenant_id"), find.Column("owner_id"), find.Column("field"), find.Column("sealed"));
        (Key, Secrets) = (count.Column("key_id"), count.Column("secrets"));
    }

    /// <summary>Of what <see cref="Find"/> answers.</summary>
    internal Column Tenant { get; }

    internal Column Owner { get; }

    internal Column Field { get; }

    internal Column Sealed { get; }

    /// <summary>Of what <see cref="Count"/> answers.</summary>
    internal Column Key { get; }

    internal Column Secrets { get; }

    public static SealedTable Of(string find, string reseal, string count) => new(Statement.Load(find), Statement.Load(reseal), Statement.Load(count));

    /// <summary>The next ones that are under an old key.</summary>
    internal BoundStatement Find(string currentKey, CredentialAddress? after, int max) => find.With(
        Parameter.Of("current_key", currentKey),
        Parameter.Of("after_tenant", after?.Tenant.Value ?? Guid.Empty),
        Parameter.Of("after_owner", after?.Owner ?? Guid.Empty),
        Parameter.Of("after_field", after?.Field ?? ""),
        Parameter.Of("max", max));

    /// <summary>Writes one anew, only if it is still as it was read.</summary>
    internal BoundStatement Reseal(CredentialAddress address, byte[] was, byte[] @sealed, string key) => reseal.With(
        Parameter.Of("tenant", address.Tenant.Value),
        Parameter.Of("owner", address.Owner),
        Parameter.Of("field", address.Field),
        Parameter.Of("was", was),
        Parameter.Of("sealed", @sealed),
        Parameter.Of("key", key));

    /// <summary>How many there are under each old key.</summary>
    internal BoundStatement Count(string currentKey) => count.With(Parameter.Of("current_key", currentKey));
}
