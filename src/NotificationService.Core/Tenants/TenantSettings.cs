using System.Collections.Frozen;

namespace NotificationService.Tenants;

/// <summary>
/// A tenant as it is set up, as of one moment; never changed. Channels are named by their public names: this room lies below that of the channels.
/// </summary>
public sealed record TenantSettings
{
    public const string DefaultLocale = "en";
    public const string DefaultTimezone = "UTC";

    public required TenantId Tenant { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public TenantStatus Status { get; init; }

    /// <summary>Why it is suspended, in the words of who did it.</summary>
    public string? SuspendedReason { get; init; }

    /// <summary>0: nothing was ever set.</summary>
    public int Revision { get; init; }

    /// <summary>For recipients of whom none is known, and the tenant's people.</summary>
    public string Locale { get; init; } = DefaultLocale;

    /// <summary>IANA name; as above.</summary>
    public string Timezone { get; init; } = DefaultTimezone;

    /// <summary>Days after which content and addresses are redacted, by channel; a channel that is not there is kept as long as its rows.</summary>
    public IReadOnlyDictionary<string, int> RetentionDays { get; init; } = FrozenDictionary<string, int>.Empty;

    public TenantLimits Limits { get; init; } = TenantLimits.None;

    /// <summary>Messages a day by the beginning of the number, such as +44; the longest that fits counts.</summary>
    public IReadOnlyDictionary<string, int> SmsCaps { get; init; } = FrozenDictionary<string, int>.Empty;

    /// <summary>Domains that e-mail may come from, in ASCII and lower case; none: any.</summary>
    public IReadOnlyList<string> SendingDomains { get; init; } = [];

    /// <summary>Origins whose pages may call, each as a browser writes it.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    public required TenantBrand Brand { get; init; }

    /// <summary>Whether e-mail may come from a domain: one of those that were set or below one of them, or any where none was.</summary>
    public bool AllowsSender(string domain)
    {
        foreach (var allowed in SendingDomains)
        {
            if (domain == allowed || (domain.Length > allowed.Length && domain[^(allowed.Length + 1)] == '.' && domain.EndsWith(allowed, StringComparison.Ordinal)))
                return true;
        }

        return SendingDomains.Count == 0;
    }
}

/// <summary>How much a tenant may send.</summary>
/// <param name="SendPerMinute">Null: the service's own limit.</param>
/// <param name="Daily">By channel; a channel that is not there has none.</param>
public sealed record TenantLimits(int? SendPerMinute, IReadOnlyDictionary<string, int> Daily)
{
    public static TenantLimits None { get; } = new(null, FrozenDictionary<string, int>.Empty);
}

/// <summary>What templates may say of the tenant.</summary>
/// <param name="Name">The tenant's name, unless another was set.</param>
/// <param name="LogoUrl">https.</param>
/// <param name="Color">#rrggbb in lower case.</param>
public sealed record TenantBrand(string Name, string? LogoUrl, string? Color);
