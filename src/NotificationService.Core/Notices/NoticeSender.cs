using Microsoft.EntityFrameworkCore;
using NotificationService.Credentials;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notices;

/// <summary>
/// Asks for a mail of the service itself to a person: a row in the transaction of what it is about, so that there is neither a change without its mail nor
/// a mail without its change. <see cref="NoticeWorker"/> hands it to the intake of the tenant system.
/// </summary>
public sealed class NoticeSender(TenantStore store, CredentialVault vault, NoticeSignal signal, Ids ids, TimeProvider time)
{
    public const int MaxValues = 20;
    public const int LongestValue = 2_000;

    /// <summary>What rotate-keys encrypts anew.</summary>
    public static SealedTable SealedNotices { get; } = SealedTable.Of("notices_find_old", "notices_reseal", "notices_count_old");

    private static readonly Statement Insert = Statement.Load("notices_insert");

    /// <summary>As part of a change. The mail goes out once the change is committed.</summary>
    /// <param name="db">The work under the scope of <paramref name="about"/>, in its transaction.</param>
    /// <param name="templateKey">One of <see cref="SystemTemplates"/>.</param>
    /// <param name="about">The tenant whose person is written to.</param>
    /// <param name="email">To whom.</param>
    /// <param name="locale">In which language, as far as there is a text in it.</param>
    /// <param name="data">What the template says. Sealed until it is sent.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task SendAsync(
        NotificationDbContext db, string templateKey, TenantId about, string email, string? locale, IReadOnlyDictionary<string, string> data, CancellationToken cancellationToken) =>
        SendAsync(db, ids.Next(), templateKey, about, email, locale, data, cancellationToken);

    /// <summary>The same, once for each id within days, however often it is asked for.</summary>
    internal async Task SendAsync(
        NotificationDbContext db, Guid id, string templateKey, TenantId about, string email, string? locale, IReadOnlyDictionary<string, string> data, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Count, MaxValues, nameof(data));
        var mail = new NoticeMail(email, data.ToDictionary(value => value.Key, value => StorableText.Of(value.Value, LongestValue)));
        await using var command = Insert.With(
            Parameter.Of("tenant", about.Value),
            Parameter.Of("id", id),
            Parameter.Of("template", templateKey),
            Parameter.OrNull("locale", locale),
            Parameter.Of("key", vault.CurrentKeyId),
            Parameter.Of("sealed", vault.Seal(mail.Write(), AddressOf(about, id))),
            Parameter.Of("now", time.GetUtcNow())).On((NpgsqlConnection)db.Database.GetDbConnection());
        await command.ExecuteNonQueryAsync(cancellationToken);
        signal.Given.Give();
    }

    /// <summary>By itself, where nothing else changes.</summary>
    public Task SendAsync(
        string templateKey, TenantId about, string email, string? locale, IReadOnlyDictionary<string, string> data, CancellationToken cancellationToken) =>
        store.RunAsync(
            about,
            async (db, cancellation) =>
            {
                await SendAsync(db, templateKey, about, email, locale, data, cancellation);
                return 0;
            },
            cancellationToken);

    internal static CredentialAddress AddressOf(TenantId about, Guid id) => new(about, id, "notice");
}

/// <summary>Says within the process that there may be a notice; the poll finds those of other processes.</summary>
public sealed class NoticeSignal
{
    internal Signal Given { get; } = new();
}
