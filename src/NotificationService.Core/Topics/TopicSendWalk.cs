using Microsoft.Extensions.Logging;
using NotificationService.Batches;
using NotificationService.Notifications;
using NotificationService.Quotas;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Topics;

/// <summary>Walks one page of a send to topics.</summary>
/// <remarks>
/// 1 read where it is and who comes next → 2 look them up, check and plan, with nothing of the database held → 3 in one transaction: hold the send where it was found, leave out whom it has
/// reached by another topic, store the notifications, move it on. Dies before the commit: nothing of the page exists, and it is walked again. Two workers with one page: the
/// second finds the send elsewhere, and stores nothing. What fails is tried again later and in smaller pages, at last person by person, and not for ever.
/// </remarks>
internal sealed class TopicSendWalk(Database database, NotificationPreparer preparer, SendQuotas quotas, NotificationStore notifications, Ids ids, TimeProvider time, ILogger<TopicSendWalk> logger)
{
    /// <summary>Subscribers of one transaction.</summary>
    private const int MaxPage = 1_000;

    /// <summary>Of one person alone; then that one is left out.</summary>
    private const int MaxTries = 8;

    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();
    private static readonly Statement Walk = Statement.Load("topic_subscriptions_walk");
    private static readonly Column TopicOf = Walk.Column("topic"), UserOf = Walk.Column("user_id"), IsThere = Walk.Column("is_there");
    private static readonly Statement Hold = Statement.Load("topic_sends_hold");
    private static readonly Column HeldState = Hold.Column("batch_state");
    private static readonly Statement AddPeople = Statement.Load("topic_send_people_add");
    private static readonly Column ReachedFirst = AddPeople.Column("reached");
    private static readonly Statement Advance = Statement.Load("topic_sends_advance");
    private static readonly Statement Cancel = Statement.Load("topic_sends_cancel");
    private static readonly Statement Failed = Statement.Load("topic_sends_failed");

    /// <summary>One page. False: there was nothing to do.</summary>
    public async Task<bool> RunAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        if (await ReadAsync(tenant, id, cancellationToken) is not var (send, page))
            return false;
        try
        {
            await RunAsync(tenant, id, send, page, cancellationToken);
        }
        catch (Exception exception) when (!Passes(exception))
        {
            await FailedAsync(tenant, id, send, exception, cancellationToken);
        }

        return true;
    }

    private async Task<(RunningSend Send, TopicPage Page)?> ReadAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        RunningSend? send = null;
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(tenant, RunningSend.Read.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
            await batch.CommitAsync(row => send = RunningSend.Of(row), cancellationToken);
        }

        return send is null ? null : (send, await ReadAsync(tenant, send, cancellationToken));
    }

    private async Task<TopicPage> ReadAsync(TenantId tenant, RunningSend send, CancellationToken cancellationToken)
    {
        var (people, place, looked) = (new List<(string, string)>(send.Page), send.Place, 0);
        foreach (var range in send.Ranges.Where(range => !range.IsBehind(send.Place.Topic)))
        {
            await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
            batch.Add(
                tenant,
                Walk.With(
                    Parameter.Of("tenant", tenant.Value), Parameter.Of("live", send.Live), Parameter.Of("from_key", range.From), Parameter.Of("before_key", range.Before),
                    Parameter.Of("after_topic", place.Topic), Parameter.Of("after_user", place.UserId), Parameter.Of("take", send.Page - looked)));
            await batch.CommitAsync(
                row =>
                {
                    looked++;
                    place = new TopicPlace(row.GetString(TopicOf), row.GetString(UserOf));
                    if (row.GetBoolean(IsThere))
                        people.Add((place.Topic, place.UserId));
                },
                cancellationToken);
            if (looked >= send.Page)
                return new TopicPage(people, place, IsLast: false);
        }

        return new TopicPage(people, place, IsLast: true);
    }

    private async Task RunAsync(TenantId tenant, Guid id, RunningSend send, TopicPage page, CancellationToken cancellationToken)
    {
        var caller = new Caller(tenant, CallerKind.ServiceAccount, send.Account, null, send.Live, NoNames, NoNames);
        using var reserved = await quotas.BeginAsync(caller, page.People.Count, cancellationToken);
        var (prepared, rejected) = await PrepareAsync(caller, send, page, reserved, cancellationToken);

        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        switch (await HoldAsync(connection, tenant, id, send.Place, cancellationToken))
        {
            case null:
                return;
            case not BatchState.Open:
                await RunAsync(connection, tenant, Cancel.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
        }

        IReadOnlyList<AcceptedNotification> good = send.IsOfSeveral ? await FirstAsync(connection, tenant, id, prepared, cancellationToken) : prepared;
        var outcomes = good.Count == 0 ? [] : await NotificationStore.AcceptAsync(connection, good, id, cancellationToken);
        await RunAsync(
            connection, tenant,
            Advance.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("after_topic", page.End.Topic), Parameter.Of("after_user", page.End.UserId),
                Parameter.Of("accepted", good.Count), Parameter.Of("rejected", rejected), Parameter.Of("is_last", page.IsLast), Parameter.Of("max_page", MaxPage)),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        notifications.Announce(good, outcomes);
        reserved?.Keep(good, outcomes);
    }

    /// <summary>Those who can be sent it; and how many cannot.</summary>
    private async Task<(List<AcceptedNotification> Good, int Rejected)> PrepareAsync(Caller caller, RunningSend send, TopicPage page, QuotaReservation? reserved, CancellationToken cancellationToken)
    {
        if (page.People.Count == 0)
            return ([], 0);
        // The service failed at this one person again and again.
        if (send is { Page: 1, Tries: >= MaxTries })
            return ([], page.People.Count);
        var (now, first) = (time.GetUtcNow(), NotificationId.FirstOfMany(ids.Next()));
        NotificationRequest[] requests = [.. page.People.Select(one => send.RequestTo(one.UserId, one.Topic, now))];
        var found = await preparer.FindRecipientsAsync(caller.Tenant, caller.Live, requests, cancellationToken);
        var good = new List<AcceptedNotification>(requests.Length);
        for (var i = 0; i < requests.Length; i++)
        {
            var (prepared, _) = await preparer.PrepareAsync(caller, requests[i], first.At(i), found, reserved, cancellationToken);
            if (prepared is not null)
                good.Add(AcceptedNotification.Of(caller, prepared, entry: null, send.TraceParent));
        }

        return (good, requests.Length - good.Count);
    }

    /// <summary>Null: the send is not where it was.</summary>
    private static async Task<BatchState?> HoldAsync(NpgsqlConnection connection, TenantId tenant, Guid id, TopicPlace place, CancellationToken cancellationToken)
    {
        BatchState? state = null;
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, Hold.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("after_topic", place.Topic), Parameter.Of("after_user", place.UserId)));
        await batch.RunAsync((row, _) => state = (BatchState)row.GetInt16(HeldState), cancellationToken);
        return state;
    }

    /// <summary>Those whom the send has not reached by another topic.</summary>
    private static async Task<IReadOnlyList<AcceptedNotification>> FirstAsync(NpgsqlConnection connection, TenantId tenant, Guid id, List<AcceptedNotification> prepared, CancellationToken cancellationToken)
    {
        if (prepared.Count == 0)
            return prepared;
        // Somebody may stand in one page twice.
        AcceptedNotification[] once = [.. prepared.DistinctBy(one => one.Request.Recipient.UserId, StringComparer.Ordinal)];
        var reached = new HashSet<string>(StringComparer.Ordinal);
        await using var batch = TenantBatch.Within(connection);
        batch.Add(
            tenant,
            AddPeople.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("send", id), Parameter.Of<string[]>("user_ids", [.. once.Select(one => one.Request.Recipient.UserId!)])));
        await batch.RunAsync((row, _) => reached.Add(row.GetString(ReachedFirst)), cancellationToken);
        return [.. once.Where(one => reached.Contains(one.Request.Recipient.UserId!))];
    }

    private static async Task RunAsync(NpgsqlConnection connection, TenantId tenant, BoundStatement statement, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, statement);
        await batch.RunAsync(null, cancellationToken);
    }

    private async Task FailedAsync(TenantId tenant, Guid id, RunningSend send, Exception exception, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant,
            Failed.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("after_topic", send.Place.Topic), Parameter.Of("after_user", send.Place.UserId)));
        await batch.CommitAsync(null, cancellationToken);
        logger.PageFailed(id, send.Tries + 1, Outage.Reason(exception));
    }

    /// <summary>What is wrong with the database, and not with the page; with another process, or with nothing but the moment.</summary>
    private static bool Passes(Exception exception) => exception is RecipientsUnavailableException || DatabaseFailures.Of(exception) switch
    {
        DatabaseFailure.Cancelled or DatabaseFailure.Disposed => true,
        var failure when failure.IsOfTheTime() => false, // slow: a smaller page may not be
        var failure => failure.Passes(),
    };
}
