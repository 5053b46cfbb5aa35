using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Outbound;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>The user service is down: nothing can be said of people whom a request names by their id alone. Passes, as an outage of the database does.</summary>
public sealed class RecipientsUnavailableException() : Exception("recipients cannot be looked up at the moment");

/// <summary>What is known of the recipients of some drafts.</summary>
public sealed class FoundRecipients
{
    internal static FoundRecipients None { get; } = new(new Dictionary<string, ProfileAnswer>());

    private readonly IReadOnlyDictionary<string, ProfileAnswer> answers;

    internal FoundRecipients(IReadOnlyDictionary<string, ProfileAnswer> answers) => this.answers = answers;

    /// <summary>Somebody could not be asked about, which may pass, and for which others do not have to wait. That it will not hear of somebody is an answer.</summary>
    public bool IsIncomplete => answers.Values.Any(answer => answer is ProfileAnswer.Unavailable { IsDown: false, IsOfPerson: false });

    internal ProfileAnswer Of(string userId) => answers.GetValueOrDefault(userId, ProfileAnswer.Unknown.Instance);
}

/// <summary>Fills in what requests leave out of recipients who are known by their id. What a request says itself always wins.</summary>
public sealed class RecipientCompletion(RecipientLookup lookup)
{
    /// <summary>The code of an issue that is nobody's mistake; mostly to ask again helps.</summary>
    public const string UnavailableCode = "recipient_unavailable";

    private const int AtOnce = 64;

    internal static DraftIssue Unavailable { get; } =
        new("/recipient/userId", UnavailableCode, "The user service could not be asked about this person. Send it again later, or with the addresses.");

    internal static DraftIssue Refused { get; } =
        new("/recipient/userId", UnavailableCode, "The user service gives no answer about this person. Send it with the addresses, or again once it does.");

    /// <summary>Whether it is worth asking again soon.</summary>
    public static bool MayPass(DraftIssue issue) => issue == Unavailable;

    /// <summary>Whether there is anybody to ask.</summary>
    public bool IsOn => lookup.IsOn;

    /// <summary>Asks about everybody whom some drafts leave incomplete, many at once. Empty when there is nobody to ask, or to ask about.</summary>
    public async Task<FoundRecipients> FindAsync(TenantId tenant, IEnumerable<NotificationDraft> drafts, CancellationToken cancellationToken)
    {
        if (!lookup.IsOn)
            return FoundRecipients.None;
        var found = new ConcurrentDictionary<string, ProfileAnswer>(StringComparer.Ordinal);
        var wanted = drafts.Where(draft => draft.Recipient is { } recipient && Wants(recipient, Channels(draft)) && AddressRules.UserId(recipient.UserId!) is null);
        await Parallel.ForEachAsync(
            wanted.Select(draft => draft.Recipient!.UserId!).Distinct(StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (userId, token) => found[userId] = await lookup.FindAsync(tenant, userId, token));
        return new FoundRecipients(found);
    }

    /// <summary>The request with its recipient completed, or why that cannot be done now.</summary>
    /// <param name="tenant">Whose recipient it is.</param>
    /// <param name="request">Found good.</param>
    /// <param name="found">What was found beforehand; nobody else is asked. Null: ask.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RecipientsUnavailableException">The recipient is needed, and nobody answers.</exception>
    public async ValueTask<(NotificationRequest? Request, DraftIssue? Issue)> CompleteAsync(
        TenantId tenant, NotificationRequest request, FoundRecipients? found, CancellationToken cancellationToken)
    {
        if (!lookup.IsOn || !Wants(request.Recipient, request.Channels))
            return (request, null);
        var answer = found is null
            ? await lookup.FindAsync(tenant, request.Recipient.UserId!, cancellationToken)
            : found.Of(request.Recipient.UserId!);
        switch (answer)
        {
            case ProfileAnswer.Known known:
                return (request with { Recipient = Merge(request.Recipient, known.Profile) }, null);
            case ProfileAnswer.Unavailable when IsReachable(request):
                return (request, null);
            case ProfileAnswer.Unavailable { IsDown: true }:
                throw new RecipientsUnavailableException();
            case ProfileAnswer.Unavailable { IsOfPerson: true }:
                return (null, Refused);
            case ProfileAnswer.Unavailable:
                return (null, Unavailable);
            default:
                return (request, null);
        }
    }

    /// <summary>Whether something may be missing that matters: an address of a channel, or what decides on words and hours.</summary>
    private static bool Wants(StoredRecipient recipient, IReadOnlyList<ChannelKind>? channels) =>
        recipient.UserId is not null
        && (recipient.Locale is null || recipient.Timezone is null || (channels ?? ChannelKinds.All).Any(channel => !DeliveryPlanner.HasAddress(recipient, channel)));

    /// <summary>As far as a draft that has not been checked tells; null for all.</summary>
    private static IReadOnlyList<ChannelKind>? Channels(NotificationDraft draft)
    {
        var names = draft.Channel is { } only ? [only] : draft.Channels;
        return names is not null && names.All(name => ChannelKinds.TryParse(name, out _)) ? [.. names.Select(Parse)] : null;

        static ChannelKind Parse(string? name) => ChannelKinds.TryParse(name, out var channel) ? channel : throw new InvalidOperationException("checked before");
    }

    /// <summary>It says itself how to reach somebody on every channel that it names: then it goes out with what it says.</summary>
    private static bool IsReachable(NotificationRequest request) => request.Channels?.All(channel => DeliveryPlanner.HasAddress(request.Recipient, channel)) == true;

    private static StoredRecipient Merge(StoredRecipient said, RecipientProfile known) => new(
        said.UserId,
        said.Name ?? RecipientCheck.Name(known.Name),
        said.Email ?? (Good(known.Email, AddressRules.Email) is { } email ? MailDomain.Canonical(email) : null),
        said.Phone ?? Good(known.Phone, AddressRules.Phone),
        // Who gives a number and no other for WhatsApp means that number.
        said.Whatsapp ?? (said.Phone is null ? Good(known.Whatsapp, AddressRules.Phone) : null),
        said.DeviceTokens ?? known.DeviceTokens?.Where(token => AddressRules.DeviceToken(token) is null).Take(AddressRules.MostDeviceTokens).ToArray(),
        said.Locale ?? RecipientCheck.Locale(known.Locale),
        said.Timezone ?? RecipientCheck.Timezone(known.Timezone));

    /// <summary>What is no address counts as none: whoever sends cannot mend it.</summary>
    private static string? Good(string? address, Func<string, AddressIssue?> rule) => address is not null && rule(address) is null ? address : null;
}
