using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Credentials;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Recipients;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Notices;

/// <summary>
/// Hands notices to the intake, as notifications of the tenant system. 1 claim under a lease, 2 accept each under its id as the idempotency key, 3 remove.
/// Dies between 2 and 3: the lease ends, the key finds what was accepted, and nothing is sent twice. What the intake refuses stays, is tried again
/// later, and is purged in the end.
/// </summary>
internal sealed class NoticeWorker(
    NoticeStore store, NotificationIntake intake, TenantSettingsCache tenants, CredentialVault vault, NoticeSignal signal, Heartbeats heartbeats, TimeProvider time, ILogger<NoticeWorker> logger) : BackgroundService
{
    /// <summary>Also for how long the intake knows its key: a notice is purged before.</summary>
    private const int KeptDays = 7;
    private const int BatchSize = 50;
    private const string Route = "notices";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private static readonly Caller System = new(
        SystemTenant.Id, CallerKind.ServiceAccount, SystemTenant.Id.Value, UserId: null, Live: true, FrozenSet<string>.Empty, FrozenSet<string>.Empty);

    private readonly Step step = heartbeats.Maintenance("notices");
    private readonly PollInterval poll = new(ShortestPoll, LongestPoll);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new ClaimLoop(heartbeats.Register("notice_worker", LongestSilence), step, Pause, time, logger.ClaimFailed) { Signal = signal.Given.WaitAsync }.RunAsync(WorkAsync, stoppingToken);

    private async Task<NextTurn> WorkAsync(CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimAsync(Lease, BatchSize, cancellationToken);
        await tenants.LoadAsync(claimed.Select(notice => notice.Tenant), cancellationToken);
        var done = new List<ClaimedNotice>(claimed.Count);
        foreach (var notice in claimed)
        {
            // What is about a tenant that is being removed is not sent any more.
            if ((await tenants.GetAsync(notice.Tenant, cancellationToken)).Status == TenantStatus.Gone || await AcceptAsync(notice, cancellationToken))
                done.Add(notice);
        }

        if (done.Count > 0)
            await store.RemoveAsync(done, cancellationToken);
        step.Succeed();
        if (claimed.Count == 0)
            return new NextTurn.OnSignal(poll.Next());
        poll.Reset();
        return claimed.Count == BatchSize ? NextTurn.AtOnce : new NextTurn.OnSignal(poll.Next());
    }

    private async Task<bool> AcceptAsync(ClaimedNotice notice, CancellationToken cancellationToken)
    {
        if (vault.Open(notice.Sealed, NoticeSender.AddressOf(notice.Tenant, notice.Id)) is not OpenedCredential.Readable { Secret: var text })
        {
            logger.Unreadable(notice.Id, notice.Template);
            return false;
        }

        var mail = NoticeMail.Read(text);
        var request = new NotificationRequest
        {
            Template = notice.Template,
            Recipient = new StoredRecipient { Email = mail.Email, Locale = notice.Locale },
            Data = JsonSerializer.SerializeToUtf8Bytes(mail.Data, NoticeJson.Default.IReadOnlyDictionaryStringString),
        };
        var key = new IdempotentRequest(notice.Id.ToString(), Route, Encoding.UTF8.GetBytes(text), Live: true);
        switch ((await intake.AcceptAsync([new IntakeRequest(System, request, key, KeptDays, TraceParent: null)], cancellationToken))[0])
        {
            // Another mail under this id: what it is about was written already today.
            case IntakeOutcome.Accepted or IntakeOutcome.Replayed or IntakeOutcome.KeyMismatch:
                return true;
            case IntakeOutcome.Invalid { Issues: [var issue, ..] }:
                logger.Refused(notice.Id, notice.Template, issue.Code);
                return false;
            default:
                logger.Refused(notice.Id, notice.Template, "busy");
                return false;
        }
    }
}
