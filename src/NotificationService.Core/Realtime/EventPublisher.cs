using System.Text.Json.Serialization;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Realtime;

/// <summary>The one door for what backends publish, by the API or by Kafka.</summary>
/// <remarks>
/// 1 whoever is to be notified is checked and planned → 2 notifications, event and key in one commit → 3 workers and streams are woken. Dies before 2's commit: nothing
/// exists. After it: all of it is stored, each worker and stream looks by itself, and the same key gives the first response.
/// An event alone and without a key shares its commit with others of its tenant.
/// </remarks>
public sealed class EventPublisher(NotificationIntake intake, RealtimeStore store, EventWriter writer, IdempotentWork work, Ids ids)
{
    /// <exception cref="RecipientsUnavailableException">Somebody is to be notified, and nobody can be asked about people.</exception>
    public async Task<PublishOutcome> PublishAsync(Caller caller, EventPublication publication, IdempotentRequest? idempotent, string? traceParent, CancellationToken cancellationToken)
    {
        var (notifications, issues) = publication.Notify is { } notify ? await PrepareAsync(caller, publication, notify, traceParent, cancellationToken) : (null, []);
        if (issues.Count > 0)
            return new PublishOutcome.Invalid(issues);
        using var prepared = notifications;
        var published = new RealtimeEvent(0, ids.Next(), publication.Type, publication.Audience, publication.Data);
        var response = ReadableJson.Utf8(new PublishedResponse(published.Id, prepared is null ? null : [.. prepared.Ids.Select(id => id.Value)]), PublishedJson.Default.PublishedResponse);
        if (caller.Live && prepared is null && idempotent is null)
        {
            await writer.PublishAsync(caller.Tenant, published, cancellationToken);
            return new PublishOutcome.Decided(new IdempotentOutcome<RealtimeEvent>.Done(published, response));
        }

        var outcome = await work.RunAsync(
            caller.Tenant, idempotent, 202,
            async connection =>
            {
                if (prepared is not null)
                    await prepared.StoreAsync(connection, cancellationToken);
                // Last, because the tenant's others wait for it until the commit. What a test account publishes reaches nobody.
                if (caller.Live)
                    await RealtimeStore.PublishAsync(connection, caller.Tenant, [published], cancellationToken);
                return (published, (byte[]?)response);
            },
            cancellationToken);
        if (outcome is IdempotentOutcome<RealtimeEvent>.Done)
        {
            prepared?.Announce();
            if (caller.Live)
                store.Announce(caller.Tenant);
        }

        return new PublishOutcome.Decided(outcome);
    }

    private async Task<(PreparedNotifications? Prepared, IReadOnlyList<RequestIssue> Issues)> PrepareAsync(
        Caller caller, EventPublication publication, EventNotify notify, string? traceParent, CancellationToken cancellationToken)
    {
        NotificationRequest[] requests = [.. notify.People.Select(person => new NotificationRequest
        {
            Template = notify.Template,
            Channels = notify.Channels,
            Recipient = new StoredRecipient { UserId = person.UserId },
            Data = publication.Data,
        })];
        var (prepared, place, issues) = await intake.PrepareAsync(caller, requests, traceParent, cancellationToken);
        return (prepared, prepared is not null ? [] : [.. issues.Select(issue => issue with { Pointer = PointerOf(issue.Pointer, notify.People[place]) })]);
    }

    /// <summary>In the request that publishes, instead of in that of one notification.</summary>
    private static string PointerOf(string pointer, NotifiedPerson person) =>
        pointer.StartsWith("/recipient", StringComparison.Ordinal) ? person.Pointer
        : pointer.StartsWith("/data", StringComparison.Ordinal) ? pointer
        : $"/notify{pointer}";
}

/// <summary>What came of publishing.</summary>
public abstract record PublishOutcome
{
    private PublishOutcome()
    {
    }

    /// <summary>It is published, now or before under its key, or the key is another request's.</summary>
    public sealed record Decided(IdempotentOutcome<RealtimeEvent> Outcome) : PublishOutcome;

    /// <summary>Somebody cannot be notified: nothing is stored or published.</summary>
    public sealed record Invalid(IReadOnlyList<RequestIssue> Issues) : PublishOutcome;
}

/// <summary>An event that was published.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Notifications">With <c>notify</c>: a notification for each person, in the order in which the audience names them, each once.</param>
public sealed record PublishedResponse(Guid Id, IReadOnlyList<Guid>? Notifications);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PublishedResponse))]
public sealed partial class PublishedJson : JsonSerializerContext;
