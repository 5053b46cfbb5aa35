using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notices;

/// <summary>The queue of notices, of all tenants.</summary>
internal sealed class NoticeStore(Database database)
{
    private static readonly Statement Claim = Statement.Load("notices_claim");
    private static readonly Statement Remove = Statement.Load("notices_remove");

    public async Task<IReadOnlyList<ClaimedNotice>> ClaimAsync(TimeSpan lease, int max, CancellationToken cancellationToken)
    {
        await using var command = Claim.With(Parameter.Of("lease", lease), Parameter.Of("max", max)).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedNotice>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedNotice(
                new TenantId(reader.GetGuid(Columns.Tenant)),
                reader.GetGuid(Columns.Id),
                reader.GetString(Columns.Template),
                reader.IsDBNull(Columns.Locale) ? null : reader.GetString(Columns.Locale),
                reader.GetFieldValue<byte[]>(Columns.Sealed),
                reader.GetInt32(Columns.Attempts)));
        }

        return claimed;
    }

    public async Task RemoveAsync(IReadOnlyList<ClaimedNotice> notices, CancellationToken cancellationToken)
    {
        await using var command = Remove.With(
            Parameter.Of<Guid[]>("tenants", [.. notices.Select(notice => notice.Tenant.Value)]),
            Parameter.Of<Guid[]>("ids", [.. notices.Select(notice => notice.Id)])).On(database.Worker);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static class Columns
    {
        public static readonly Column
            Tenant = Claim.Column("tenant_id"), Id = Claim.Column("id"), Template = Claim.Column("template"), Locale = Claim.Column("locale"),
            Sealed = Claim.Column("sealed"), Attempts = Claim.Column("attempts");
    }
}

/// <summary>A notice under a lease.</summary>
/// <param name="Tenant">Whom it is about.</param>
/// <param name="Id">Also the key under which the intake accepts it once.</param>
/// <param name="Template">One of <see cref="SystemTemplates"/>.</param>
/// <param name="Locale">The language that is wanted.</param>
/// <param name="Sealed">A <see cref="NoticeMail"/>.</param>
/// <param name="Attempts">How often it was claimed, this time included.</param>
internal sealed record ClaimedNotice(TenantId Tenant, Guid Id, string Template, string? Locale, byte[] Sealed, int Attempts);
