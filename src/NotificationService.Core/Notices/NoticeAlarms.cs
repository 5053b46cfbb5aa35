using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Notices;

/// <summary>
/// Writes to a tenant's admins when the service disabled a webhook endpoint or suspended a provider: each of them once a day about one subject at the most.
/// It looks at what happened since it looked last, and a day back when it begins; any number of workers may, because a mail's id says what it is about.
/// </summary>
internal sealed class NoticeAlarms(Database database, TenantStore store, NoticeSender sender, Heartbeats heartbeats, TimeProvider time, ILogger<NoticeAlarms> logger) : BackgroundService
{
    private const int MaxAdmins = 20;
    private const int BatchSize = 500;
    private const short Endpoint = 1;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstLook = TimeSpan.FromDays(1);

    /// <summary>What was committed late is still seen.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    private static readonly Statement Alarms = Statement.Load("notices_alarms");

    private DateTimeOffset since = time.GetUtcNow() - FirstLook;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("notice_alarms"), logger.AlarmsFailed, stoppingToken);

    private sealed record Alarm(TenantId Tenant, short Kind, Guid Subject, string Name, ChannelKind? Channel, string Reason, DateTimeOffset At);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var alarms = await FindAsync(cancellationToken);
        foreach (var ofTenant in alarms.GroupBy(alarm => alarm.Tenant))
            await SendAsync(ofTenant.Key, [.. ofTenant], cancellationToken);
        // More than fit go on where these end.
        since = alarms.Count < BatchSize ? began - Overlap : alarms[^1].At;
    }

    private async Task<List<Alarm>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = Alarms.With(Parameter.Of("since", since), Parameter.Of("max", BatchSize)).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var alarms = new List<Alarm>();
        while (await reader.ReadAsync(cancellationToken))
        {
            alarms.Add(new Alarm(
                new TenantId(reader.GetGuid(Columns.Tenant)),
                reader.GetInt16(Columns.Kind),
                reader.GetGuid(Columns.Subject),
                reader.GetString(Columns.Name),
                reader.IsDBNull(Columns.Channel) ? null : (ChannelKind)reader.GetInt16(Columns.Channel),
                reader.GetString(Columns.Reason),
                reader.GetFieldValue<DateTimeOffset>(Columns.At)));
        }

        return alarms;
    }

    private Task<int> SendAsync(TenantId tenant, IReadOnlyList<Alarm> alarms, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, cancellation) =>
        {
            var admins = await db.Set<User>()
                .FromSql($"select * from users where tenant_id = {tenant.Value} and 'admin' = any (roles) and disabled_at is null and password_hash is not null order by created_at limit {MaxAdmins}")
                .AsNoTracking().ToListAsync(cancellation);
            var name = await db.Set<Tenant>().Select(row => row.Name).SingleAsync(cancellation);
            foreach (var alarm in alarms)
            {
                foreach (var admin in admins)
                    await sender.SendAsync(db, IdOf(alarm, admin), TemplateOf(alarm), tenant, admin.Email, locale: null, DataOf(alarm, admin, name), cancellation);
            }

            return admins.Count;
        },
        cancellationToken);

    private static string TemplateOf(Alarm alarm) => alarm.Kind == Endpoint ? SystemTemplates.EndpointDisabled : SystemTemplates.ProviderSuspended;

    private static Dictionary<string, string> DataOf(Alarm alarm, User admin, string tenant) => new()
    {
        ["name"] = admin.Name,
        ["tenant"] = tenant,
        ["url"] = alarm.Name,
        ["provider"] = alarm.Name,
        ["channel"] = alarm.Channel?.ToName() ?? "",
        ["reason"] = alarm.Reason,
        ["at"] = Rfc3339.InSentence(alarm.At),
    };

    /// <summary>One for each admin, subject and day.</summary>
    private static Guid IdOf(Alarm alarm, User admin) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{alarm.Kind} {alarm.Subject:n} {admin.Id:n} {alarm.At.UtcDateTime.Date.Ticks}")).AsSpan(0, 16));

    private static class Columns
    {
        public static readonly Column
            Tenant = Alarms.Column("tenant_id"), Kind = Alarms.Column("kind"), Subject = Alarms.Column("subject"), Name = Alarms.Column("name"),
            Channel = Alarms.Column("channel"), Reason = Alarms.Column("reason"), At = Alarms.Column("at");
    }
}
