using System.Globalization;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Templates;

namespace NotificationService.Deliveries;

/// <summary>Whether something is sent to somebody on a channel, by the table of <see cref="PreferenceRules"/>. Pure; asked when it is accepted, and again just before a provider is chosen.</summary>
public static class SendDecision
{
    /// <param name="channel">On which it would go out.</param>
    /// <param name="addresses">By which the channel reaches the recipient.</param>
    /// <param name="suppressed">Those of the recipient's addresses that must not be written to, of whatever scope.</param>
    /// <param name="category">Its key; null for none.</param>
    /// <param name="says">What the category says.</param>
    /// <param name="person">What the recipient wants.</param>
    /// <param name="topic">By which it reaches the recipient; null where it is sent to a person.</param>
    /// <param name="at">When it would go out.</param>
    /// <returns>The decision; and its reason, but where no rule says anything.</returns>
    public static (PreferenceDecision Decision, TransitionReason? Reason) Of(
        ChannelKind channel, IReadOnlyList<string> addresses, IReadOnlyList<SuppressedAddress> suppressed, string? category, CategoryRule says, PersonPreferences? person, string? topic,
        DateTimeOffset at)
    {
        var against = SuppressionCheck.ReasonAgainst(channel, addresses, SuppressionScopes.Applying(suppressed, category, says));
        var ofEverything = against is null ? null : SuppressionCheck.ReasonAgainst(channel, addresses, [.. suppressed.Where(row => row.Scope == SuppressionScopes.All)]);
        var question = new PreferenceQuestion(channel, category, says, person, topic, ofEverything is not null, at) { HasAddressOptedOut = against is not null };
        var decision = PreferenceRules.Decide(question);
        var reason = decision.Rule switch
        {
            PreferenceRule.Nothing => null,
            PreferenceRule.Suppressed => ofEverything,
            PreferenceRule.OptOut => against ?? new TransitionReason(decision.Code, decision.Words(question)),
            _ => new TransitionReason(decision.Code, decision.Words(question)),
        };
        return (decision, reason);
    }

    /// <summary>Why a delivery waits whose time has come.</summary>
    public const string QuietCode = "quiet_hours";

    /// <summary>When it is to be sent, and why not now, if the person is not to be disturbed; null where it is sent. What is critical does not wait.</summary>
    /// <param name="delivery">What would be sent: those that wait for one morning are spread by their ids.</param>
    /// <param name="decision">That it may be sent.</param>
    /// <param name="person">What the recipient wants.</param>
    /// <param name="zoneOfPerson">The recipient's; null where it is not known.</param>
    /// <param name="zoneOfTenant">For those of whom none is known.</param>
    /// <param name="at">When it would go out.</param>
    public static (DateTimeOffset Until, string Message)? QuietUntil(
        DeliveryId delivery, PreferenceDecision decision, PersonPreferences? person, string? zoneOfPerson, string? zoneOfTenant, DateTimeOffset at)
    {
        if (decision.Rule == PreferenceRule.Critical || person?.QuietHours is not { } hours)
            return null;
        var zone = QuietTime.ZoneOf(hours, zoneOfPerson, zoneOfTenant);
        if (QuietTime.ReleaseOf(hours, delivery.Channel, zone, at, Jitter.Fraction(delivery, 0)) is not { } until)
            return null;
        var (began, ends) = (TimeZones.Local(at, zone) ?? at, TimeZones.Local(until, zone) ?? until);
        return (until, string.Create(CultureInfo.InvariantCulture, $"it is {began:HH:mm} in {zone}, within the person's quiet hours; sent at {ends:HH:mm} there"));
    }
}
