using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>The user service is down: nothing can be said of people whom a request names by their id alone. Passes, as an outage of the database does.</summary>
public sealed class RecipientsUnavailableException() : Exception("recipients cannot be looked up at the moment");

/// <summary>What is known of the recipients of some requests.</summary>
public sealed class FoundRecipients
{
    internal static FoundRecipients None { get; } = new(new Dictionary<string, ProfileResponse>());

    private readonly IReadOnlyDictionary<string, ProfileResponse> responses;

    internal FoundRecipients(IReadOnlyDictionary<string, ProfileResponse> responses) => this.responses = responses;

    /// <summary>Somebody could not be asked about, which may pass, and for which others do not have to wait. That it will not hear of somebody is a response.</summary>
    public bool IsIncomplete => responses.Values.Any(response => response is ProfileResponse.Unavailable { IsDown: false, IsOfPerson: false });

    internal ProfileResponse Of(string userId) => responses.GetValueOrDefault(userId, ProfileResponse.Unknown.Instance);
}

/// <summary>Fills in what requests leave out of recipients who are known by their id. What a request says itself always wins.</summary>
public sealed class RecipientCompletion(RecipientLookup lookup)
{
    /// <summary>The code of an issue that is nobody's mistake; mostly to ask again helps.</summary>
    public const string UnavailableCode = "recipient_unavailable";

    private const int AtOnce = 64;

    internal static RequestIssue Unavailable { get; } =
        new("/recipient/userId", UnavailableCode, "The user service could not be asked about this person. Send it again later, or with the addresses.");

    internal static RequestIssue Refused { get; } =
        new("/recipient/userId", UnavailableCode, "The user service gives no answer about this person. Send it with the addresses, or again once it does.");

    /// <summary>Whether it is worth asking again soon.</summary>
    public static bool MayPass(RequestIssue issue) => issue == Unavailable;

    /// <summary>Whether there is anybody to ask.</summary>
    public bool IsOn => lookup.IsOn;

    /// <summary>Asks about everybody whom some requests leave incomplete, many at once. Empty when there is nobody to ask, or to ask about.</summary>
    public async Task<FoundRecipients> FindAsync(TenantId tenant, IEnumerable<NotificationRequest> requests, CancellationToken cancellationToken)
    {
        if (!lookup.IsOn)
            return FoundRecipients.None;
        var found = new ConcurrentDictionary<string, ProfileResponse>(StringComparer.Ordinal);
        var wanted = requests.Where(request => request.Recipient is { } recipient && Wants(recipient, Channels(request)) && AddressRules.UserId(recipient.UserId!) is null);
        await Parallel.ForEachAsync(
            wanted.Select(request => request.Recipient!.UserId!).Distinct(StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (userId, token) => found[userId] = await lookup.FindAsync(tenant, userId, token));
        return new FoundRecipients(found);
    }

    /// <summary>The request with its recipient completed, or why that cannot be done now.</summary>
    /// <param name="tenant">Whose recipient it is.</param>
    /// <param name="validated">Found good.</param>
    /// <param name="found">What was found beforehand; nobody else is asked. Null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RecipientsUnavailableException">The recipient is needed, and nobody answers.</exception>
    public async ValueTask<(ValidatedRequest? Request, RequestIssue? Issue)> CompleteAsync(
        TenantId tenant, ValidatedRequest validated, FoundRecipients? found, CancellationToken cancellationToken)
    {
        if (!lookup.IsOn || !Wants(validated.Recipient, validated.Channels))
            return (validated, null);
        var response = found is null
            ? await lookup.FindAsync(tenant, validated.Recipient.UserId!, cancellationToken)
            : found.Of(validated.Recipient.UserId!);
        switch (response)
        {
            case ProfileResponse.Known known:
                return (validated with { Recipient = RecipientFields.Complete(validated.Recipient, known.Profile) }, null);
            case ProfileResponse.Unavailable when IsReachable(validated):
                return (validated, null);
            case ProfileResponse.Unavailable { IsDown: true }:
                throw new RecipientsUnavailableException();
            case ProfileResponse.Unavailable { IsOfPerson: true }:
                return (null, Refused);
            case ProfileResponse.Unavailable:
                return (null, Unavailable);
            default:
                return (validated, null);
        }
    }

    /// <summary>Whether something may be missing that matters: an address of a channel, or what decides on words and hours.</summary>
    private static bool Wants(StoredRecipient recipient, IReadOnlyList<ChannelKind>? channels) =>
        recipient.UserId is not null
        && (RecipientFields.All.Any(row => row.IsAlwaysWanted && !row.IsGiven(recipient)) || (channels ?? ChannelKinds.All).Any(channel => !DeliveryPlanner.HasAddress(recipient, channel)));

    /// <summary>As far as a request that has not been checked shows; null for all.</summary>
    private static IReadOnlyList<ChannelKind>? Channels(NotificationRequest request)
    {
        var names = request.Channel is { } only ? [only] : request.Channels;
        return names is not null && names.All(name => ChannelKinds.TryParse(name, out _)) ? [.. names.Select(Parse)] : null;

        static ChannelKind Parse(string? name) => ChannelKinds.TryParse(name, out var channel) ? channel : throw new InvalidOperationException("checked before");
    }

    /// <summary>It says itself how to reach somebody on every channel that it names: then it goes out with what it says.</summary>
    private static bool IsReachable(ValidatedRequest validated) => validated.Channels?.All(channel => DeliveryPlanner.HasAddress(validated.Recipient, channel)) == true;
}
