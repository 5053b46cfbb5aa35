using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Recipients;

/// <summary>An address that a provider reported, and since when; with <see cref="Until"/> at the same time, that it may be written to again.</summary>
public sealed record ReportedAddress(ChannelKind Channel, string Address, SuppressionReason Reason, Guid? Provider, Guid? Delivery, string? Code, DateTimeOffset Since)
{
    public DateTimeOffset? Until { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => $"reported {Reason}";
}

/// <summary>One tenant's reported addresses as the columns of <c>suppressions_insert.sql</c>.</summary>
public sealed class SuppressionColumns
{
    public static readonly string Insert = SqlText.Statement("suppressions_insert");

    private readonly ReportedAddress[] reported;
    private readonly Ids ids;

    /// <summary>In any order and with repeats: of one address and reason the latest report counts, and of two at the same time the one that suppresses.</summary>
    public SuppressionColumns(IEnumerable<ReportedAddress> ofOneTenant, Ids ids)
    {
        this.ids = ids;
        reported =
        [
            .. ofOneTenant.Select(report => report with { Address = Suppression.Normalize(report.Channel, report.Address) })
                .GroupBy(report => (report.Channel, report.Address, report.Reason))
                .Select(same => same.OrderByDescending(report => report.Since).ThenBy(report => report.Until is not null).First())
                .OrderBy(report => report.Channel).ThenBy(report => report.Address, StringComparer.Ordinal).ThenBy(report => report.Reason),
        ];
    }

    public NpgsqlParameter[] Parameters(Guid tenant) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = tenant },
        Of(_ => ids.Next()),
        Of(report => (short)report.Channel),
        Of(report => report.Address),
        Of(report => (short)report.Reason),
        Of(report => report.Provider),
        Of(report => report.Delivery),
        Of(report => report.Code),
        Of(report => report.Since),
        Of(report => report.Until),
    ];

    private NpgsqlParameter<T[]> Of<T>(Converter<ReportedAddress, T> column) => new() { TypedValue = Array.ConvertAll(reported, column) };
}
