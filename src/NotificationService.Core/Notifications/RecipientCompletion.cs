using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>The user service is down: nothing can be said of people whom a request names by their id alone. Passes, as an outage of the database does.</summary>
public sealed class RecipientsUnavailableException() : Exception("recipients cannot be looked up at the moment");

/// <summary>What is known of the recipients of some requests.</summary>
public sealed class FoundRecipients
{
    internal static FoundRecipients None { get; } = new(new Dictionary<string, StoredRecipient>(), new Dictionary<string, ProfileResponse>());

    /// <summary>Of a tenant of which nobody knows anything.</summary>
    internal static FoundRecipients Unasked { get; } = None.And(Objections.None);

    private readonly IReadOnlyDictionary<string, StoredRecipient> directory;
    private readonly IReadOnlyDictionary<string, ProfileResponse> responses;

    /// <summary>What stands against sending to them; null: it was not looked for.</summary>
    internal Objections? Objections { get; private init; }

    internal FoundRecipients And(Objections objections) => new(directory, responses) { Objections = objections };

    /// <summary>The recipient of a request as it stands there, and as it is once it is completed. It has not been checked.</summary>
    internal IEnumerable<StoredRecipient> MayBe(NotificationRequest request)
    {
        if (request.Recipient is not { } said)
            yield break;
        var recipient = RecipientFields.Respell(said);
        yield return recipient;
        if (recipient.UserId is not { } userId)
            yield break;
        var completed = InDirectory(userId) is { } person ? RecipientFields.Complete(recipient, person) : recipient;
        if (completed != recipient)
            yield return completed;
        if (Of(userId) is ProfileResponse.Known known)
            yield return RecipientFields.Complete(completed, known.Profile);
    }

    internal FoundRecipients(IReadOnlyDictionary<string, StoredRecipient> directory, IReadOnlyDictionary<string, ProfileResponse> responses) =>
        (this.directory, this.responses) = (directory, responses);

    /// <summary>Somebody could not be asked about, which may pass, and for which others do not have to wait. That it will not hear of somebody is a response.</summary>
    public bool IsIncomplete => responses.Values.Any(response => response is ProfileResponse.Unavailable { IsDown: false, IsOfPerson: false });

    /// <summary>What the directory knows; null where it does not know the person.</summary>
    internal StoredRecipient? InDirectory(string userId) => directory.GetValueOrDefault(userId);

    /// <summary>What the user service said.</summary>
    internal ProfileResponse Of(string userId) => responses.GetValueOrDefault(userId, ProfileResponse.Unknown.Instance);
}

/// <summary>Fills in what requests leave out of recipients who are known by their id. What a request says itself always wins.</summary>
public sealed class RecipientCompletion(RecipientLookup lookup)
{
    /// <summary>The code of an issue that is nobody's mistake; mostly to ask again helps.</summary>
    public const string UnavailableCode = "recipient_unavailable";

    /// <summary>Who supplied a field, as <see cref="StoredRecipient.SuppliedBy"/> says it.</summary>
    internal const string Directory = "directory";

    internal const string UserService = "user_service";

    private const int AtOnce = 64;

    internal static RequestIssue Unavailable { get; } =
        new("/recipient/userId", UnavailableCode, "The user service could not be asked about this person. Send it again later, or with the addresses.");

    internal static RequestIssue Refused { get; } =
        new("/recipient/userId", UnavailableCode, "The user service gives no answer about this person. Send it with the addresses, or again once it does.");

    /// <summary>Whether it is worth asking again soon.</summary>
    public static bool MayPass(RequestIssue issue) => issue.Message == Unavailable.Message;

    /// <summary>Whether anybody could say something of a tenant's recipients.</summary>
    public ValueTask<bool> IsOnAsync(TenantId tenant, CancellationToken cancellationToken) => lookup.IsOnAsync(tenant, cancellationToken);

    /// <summary>
    /// Looks for everybody whom some requests leave incomplete: all of them at once in the directory, and those whom it leaves incomplete with the user service.
    /// Empty when there is nobody to ask, or to ask about.
    /// </summary>
    public async Task<FoundRecipients> FindAsync(DirectoryId of, IEnumerable<NotificationRequest> requests, CancellationToken cancellationToken)
    {
        List<(StoredRecipient Recipient, IReadOnlyList<ChannelKind>? Channels)> wanted =
        [
            .. requests.Where(request => request.Recipient is not null).Select(request => (Recipient: request.Recipient!, Channels: Channels(request)))
                .Where(one => Wants(one.Recipient, one.Channels) && AddressRules.UserId(one.Recipient.UserId!) is null),
        ];
        if (wanted.Count == 0)
            return FoundRecipients.None;
        var known = await lookup.FindAsync(of, wanted.Select(one => one.Recipient.UserId!).ToHashSet(StringComparer.Ordinal), cancellationToken);
        var responses = new ConcurrentDictionary<string, ProfileResponse>(StringComparer.Ordinal);
        if (lookup.HasUserService)
        {
            var asked = wanted.Where(one => !known.TryGetValue(one.Recipient.UserId!, out var person) || Wants(RecipientFields.Complete(one.Recipient, person), one.Channels));
            await Parallel.ForEachAsync(
                asked.Select(one => one.Recipient.UserId!).Distinct(StringComparer.Ordinal),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (userId, token) => responses[userId] = await lookup.AskAsync(of.Tenant, userId, token));
        }

        return new FoundRecipients(known, responses);
    }

    /// <summary>The request with its recipient completed, or why that cannot be done now.</summary>
    /// <param name="of">Whose recipient it is.</param>
    /// <param name="validated">Found good.</param>
    /// <param name="found">What was found beforehand; nobody else is asked. Null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RecipientsUnavailableException">The recipient is needed, and nobody answers.</exception>
    public async ValueTask<(ValidatedRequest? Request, RequestIssue? Issue)> CompleteAsync(
        DirectoryId of, ValidatedRequest validated, FoundRecipients? found, CancellationToken cancellationToken)
    {
        if (!Wants(validated.Recipient, validated.Channels))
            return (validated, null);
        var userId = validated.Recipient.UserId!;
        var known = found is null ? (await lookup.FindAsync(of, [userId], cancellationToken)).GetValueOrDefault(userId) : found.InDirectory(userId);
        if (known is not null)
            validated = Supplied(validated, known, Directory);
        if (!lookup.HasUserService || (known is not null && !Wants(validated.Recipient, validated.Channels)))
            return (validated, null);
        var response = found is null ? await lookup.AskAsync(of.Tenant, userId, cancellationToken) : found.Of(userId);
        switch (response)
        {
            case ProfileResponse.Known person:
                return (Supplied(validated, person.Profile, UserService), null);
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

    /// <summary>The request with what somebody knows of its recipient; which fields those are is kept with it.</summary>
    private static ValidatedRequest Supplied(ValidatedRequest validated, StoredRecipient known, string by)
    {
        var said = validated.Recipient;
        var completed = RecipientFields.Complete(said, known);
        Dictionary<string, string>? supplied = null;
        foreach (var row in RecipientFields.All)
        {
            if (row.IsGiven(completed) && !row.IsGiven(said))
                (supplied ??= said.SuppliedBy is { } before ? new Dictionary<string, string>(before) : [])[row.Name] = by;
        }

        return supplied is null ? validated : validated with { Recipient = completed with { SuppliedBy = supplied } };
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
