using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>An address that a provider reported, and since when; with <see cref="Until"/> at the same time, that it may be written to again.</summary>
public sealed record ReportedAddress(TenantId Tenant, ChannelKind Channel, string Address, SuppressionReason Reason, Guid? Provider, Guid? Delivery, string? Code, DateTimeOffset Since)
{
    public DateTimeOffset? Until { get; init; }

    /// <summary>What it must not be sent, or may be sent again.</summary>
    public string Scope { get; init; } = SuppressionScopes.All;

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => $"reported {Reason}";
}

/// <summary>Reported addresses as the columns of <c>suppressions_insert.sql</c>.</summary>
public sealed class SuppressionColumns
{
    private static readonly Statement Insert = Statement.Load("suppressions_insert");

    private readonly ReportedAddress[] reported;
    private readonly Ids ids;

    /// <summary>In any order and with repeats: of one address, reason and scope the latest report counts, and of two at the same time the one that suppresses.</summary>
    public SuppressionColumns(IEnumerable<ReportedAddress> given, Ids ids)
    {
        this.ids = ids;
        reported =
        [
            .. given.Select(report => report with { Address = Suppression.Normalize(report.Channel, report.Address) })
                .GroupBy(report => (report.Tenant, report.Channel, report.Address, report.Reason, report.Scope))
                .Select(same => same.OrderByDescending(report => report.Since).ThenBy(report => report.Until is not null).First())
                .OrderBy(report => report.Tenant).ThenBy(report => report.Channel).ThenBy(report => report.Address, StringComparer.Ordinal).ThenBy(report => report.Reason)
                .ThenBy(report => report.Scope, StringComparer.Ordinal),
        ];
    }

    /// <summary>The statement that keeps them.</summary>
    public BoundStatement Keep() => Insert.With(
        Of("tenants", report => report.Tenant.Value),
        Of("ids", _ => ids.Next()),
        Of("channels", report => (short)report.Channel),
        Of("addresses", report => report.Address),
        Of("reasons", report => (short)report.Reason),
        Of("scopes", report => report.Scope),
        Of("providers", report => report.Provider),
        Of("deliveries", report => report.Delivery),
        Of("codes", report => report.Code),
        Of("since", report => report.Since),
        Of("until", report => report.Until));

    private Parameter Of<T>(string name, Converter<ReportedAddress, T> column) => Parameter.Of(name, Array.ConvertAll(reported, column));
}
