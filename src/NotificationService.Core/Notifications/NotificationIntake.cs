using System.Runtime.ExceptionServices;
using NotificationService.Quotas;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>The one door through which notifications come in: one, or many that have nothing to do with each other.</summary>
/// <remarks>
/// 1 check, bind to a template version, plan → 2 store in one commit with the keys (a single one with whoever else writes now) → 3 wake the workers. Dies
/// before 2's commit: nothing exists. After it: the same key gives the first response.
/// </remarks>
public sealed class NotificationIntake
{
    public const int MaxTogether = 5_000;

    private readonly NotificationPreparer preparer;
    private readonly SendQuotas quotas;
    private readonly NotificationWriter writer;
    private readonly NotificationStore store;
    private readonly IdempotencyKeys keys;
    private readonly NotificationMetrics metrics;
    private readonly Ids ids;
    private readonly TimeProvider time;

    internal NotificationIntake(NotificationPreparer preparer, SendQuotas quotas, NotificationWriter writer, NotificationStore store, IdempotencyKeys keys, NotificationMetrics metrics, Ids ids, TimeProvider time) =>
        (this.preparer, this.quotas, this.writer, this.store, this.keys, this.metrics, this.ids, this.time) = (preparer, quotas, writer, store, keys, metrics, ids, time);

    /// <summary>One, in a commit that it shares with whoever comes at the same time.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database could not be reached or the commit's outcome is unknown; to repeat with the same key is safe.</exception>
    public async ValueTask<IntakeOutcome> AcceptAsync(
        Caller caller, NotificationRequest request, IdempotentRequest? idempotent, string? traceParent, CancellationToken cancellationToken)
    {
        using var reserved = await quotas.BeginAsync(caller, expected: 1, cancellationToken);
        var (prepared, issues) = await PrepareAsync(caller, request, reserved, cancellationToken);
        if (prepared is null)
            return await RefuseAsync(caller.Tenant, issues, idempotent, cancellationToken);

        var response = ReadableJson.Utf8(AcceptedResponse.Of(prepared), AcceptedJson.Default.AcceptedResponse);
        var entry = idempotent is null ? null : new IdempotencyEntry(idempotent.KeyHash, idempotent.FingerprintFor(caller.Tenant), response);
        var notification = AcceptedNotification.Of(caller, prepared, entry, traceParent);
        if (!writer.TryWrite(notification, out var writing))
        {
            metrics.Busy();
            return new IntakeOutcome.Busy();
        }

        var outcome = await writing;
        store.Announce([notification], [outcome]);
        reserved?.Keep([notification], [outcome]);
        return Of(notification.Id, response, outcome);
    }

    /// <summary>
    /// Many, of one caller or of several, in one commit: all that are good, or none. Their notifications have ids in their order. Of a key twice among
    /// them the first has it.
    /// </summary>
    /// <returns>What became of each, in their order.</returns>
    /// <exception cref="Npgsql.NpgsqlException">Nothing is stored, or nobody knows; to repeat it is safe.</exception>
    public async Task<IReadOnlyList<IntakeOutcome>> AcceptAsync(IReadOnlyList<IntakeRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Count, MaxTogether, nameof(requests));
        var outcomes = new IntakeOutcome?[requests.Count];
        using var reserved = new ReservedQuotas();
        var prepared = await PrepareAsync(requests, outcomes, reserved, cancellationToken);
        await RefuseAsync(requests, prepared, outcomes, cancellationToken);

        int[] good = [.. Enumerable.Range(0, outcomes.Length).Where(place => outcomes[place] is null)];
        AcceptedNotification[] notifications = [.. good.Select(place => NotificationOf(requests[place], prepared[place].Prepared!))];
        var accepted = notifications.Length == 0 ? [] : await store.CommitAsync(notifications, cancellationToken);
        store.Announce(notifications, accepted);
        reserved.Keep(notifications, accepted);
        for (var i = 0; i < good.Length; i++)
            outcomes[good[i]] = Of(notifications[i].Id, notifications[i].Idempotency!.Response, accepted[i]);
        return Array.ConvertAll(outcomes, outcome => outcome!);
    }

    /// <summary>
    /// Several of one caller, which belong to something else and are stored in its transaction: all of them, or the place of the first that cannot be, and what is wrong
    /// with it.
    /// </summary>
    /// <exception cref="RecipientsUnavailableException">Nobody can be asked about the recipients.</exception>
    public async Task<(PreparedNotifications? Prepared, int Place, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, IReadOnlyList<NotificationRequest> requests, string? traceParent, CancellationToken cancellationToken)
    {
        var reserved = await quotas.BeginAsync(caller, requests.Count, cancellationToken);
        try
        {
            var (first, notifications) = (NotificationId.FirstOfMany(ids.Next()), new List<AcceptedNotification>(requests.Count));
            var found = await preparer.FindRecipientsAsync(caller.Tenant, caller.Live, requests, cancellationToken);
            var budget = new CheckBudget(time);
            for (var place = 0; place < requests.Count; place++)
            {
                budget.Begin();
                var (prepared, issues) = budget.IsSpent ? (null, [CheckBudget.Issue]) : await preparer.PrepareAsync(caller, requests[place], first.At(place), found, reserved, cancellationToken);
                budget.End();
                if (prepared is null)
                {
                    metrics.Refused(issues);
                    reserved?.Dispose();
                    return (null, place, issues);
                }

                notifications.Add(AcceptedNotification.Of(caller, prepared, entry: null, traceParent));
            }

            return (new PreparedNotifications(store, notifications, reserved), 0, []);
        }
        catch
        {
            reserved?.Dispose();
            throw;
        }
    }

    private async ValueTask<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, NotificationRequest request, QuotaReservation? reserved, CancellationToken cancellationToken)
    {
        try
        {
            return await preparer.PrepareAsync(caller, request, reserved, cancellationToken);
        }
        catch (RecipientsUnavailableException)
        {
            return (null, [RecipientCompletion.Unavailable]);
        }
    }

    /// <summary>All of a caller's recipients are looked up at once. Where nobody answers for one of them, all of that caller wait, and nobody else.</summary>
    private async Task<(PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)[]> PrepareAsync(
        IReadOnlyList<IntakeRequest> requests, IntakeOutcome?[] outcomes, ReservedQuotas reserved, CancellationToken cancellationToken)
    {
        var (first, prepared) = (NotificationId.FirstOfMany(ids.Next()), new (PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)[requests.Count]);
        foreach (var ofCaller in Enumerable.Range(0, requests.Count).GroupBy(place => requests[place].Caller))
        {
            try
            {
                var quota = reserved.Add(await quotas.BeginAsync(ofCaller.Key, ofCaller.Count(), cancellationToken));
                var found = await preparer.FindRecipientsAsync(ofCaller.Key.Tenant, ofCaller.Key.Live, ofCaller.Select(place => requests[place].Notification), cancellationToken);
                foreach (var place in ofCaller)
                    prepared[place] = await preparer.PrepareAsync(ofCaller.Key, requests[place].Notification, first.At(place), found, quota, cancellationToken);
            }
            catch (RecipientsUnavailableException)
            {
                foreach (var place in ofCaller)
                    outcomes[place] = new IntakeOutcome.Unavailable();
            }
        }

        return prepared;
    }

    /// <summary>What was answered once is answered again, even if by now it would be refused: its template withdrawn, its time past.</summary>
    private async ValueTask<IntakeOutcome> RefuseAsync(TenantId tenant, IReadOnlyList<RequestIssue> issues, IdempotentRequest? idempotent, CancellationToken cancellationToken) =>
        Refused(tenant, issues, idempotent, idempotent is null ? null : await keys.FindAsync(tenant, idempotent.KeyHash, cancellationToken));

    private async Task RefuseAsync(
        IReadOnlyList<IntakeRequest> requests, (PreparedNotification? Prepared, IReadOnlyList<RequestIssue> Issues)[] prepared, IntakeOutcome?[] outcomes, CancellationToken cancellationToken)
    {
        int[] bad = [.. Enumerable.Range(0, outcomes.Length).Where(place => outcomes[place] is null && prepared[place].Prepared is null)];
        if (bad.Length == 0)
            return;
        var before = await keys.FindAsync(bad.Select(place => (requests[place].Caller.Tenant, requests[place].Idempotent.KeyHash)), cancellationToken);
        foreach (var place in bad)
        {
            var (tenant, idempotent) = (requests[place].Caller.Tenant, requests[place].Idempotent);
            outcomes[place] = Refused(tenant, prepared[place].Issues, idempotent, before.GetValueOrDefault((tenant, Convert.ToHexString(idempotent.KeyHash))));
        }
    }

    private IntakeOutcome Refused(TenantId tenant, IReadOnlyList<RequestIssue> issues, IdempotentRequest? idempotent, StoredResponse? before)
    {
        if (before is not null)
            return Of(default, [], AcceptOutcome.OfKey(before, idempotent!.FingerprintFor(tenant)));
        metrics.Refused(issues);
        return new IntakeOutcome.Invalid(issues);
    }

    private static AcceptedNotification NotificationOf(IntakeRequest request, PreparedNotification prepared)
    {
        var entry = new IdempotencyEntry(request.Idempotent.KeyHash, request.Idempotent.FingerprintFor(request.Caller.Tenant), KeptId.Of(prepared.Id)) { Days = request.KeptDays };
        return AcceptedNotification.Of(request.Caller, prepared, entry, request.TraceParent);
    }

    private IntakeOutcome Of(NotificationId id, byte[] response, AcceptOutcome outcome)
    {
        switch (outcome)
        {
            case AcceptOutcome.Accepted:
                return new IntakeOutcome.Accepted(id, response);
            case AcceptOutcome.Replayed replayed:
                metrics.Replayed();
                return new IntakeOutcome.Replayed(replayed.Before);
            case AcceptOutcome.Mismatch:
                metrics.KeyMismatch();
                return new IntakeOutcome.KeyMismatch();
            case AcceptOutcome.Refused refused:
                ExceptionDispatchInfo.Throw(refused.Exception);
                throw refused.Exception;
            default:
                throw new InvalidOperationException("a closed set");
        }
    }
}
