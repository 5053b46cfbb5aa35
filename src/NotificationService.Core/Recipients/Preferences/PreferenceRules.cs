using NotificationService.Categories;
using NotificationService.Channels;

namespace NotificationService.Recipients.Preferences;

/// <summary>The rules in their order: the first that says something decides.</summary>
public enum PreferenceRule
{
    Suppressed,
    Critical,
    Paused,
    OptOut,
    CategoryChannel,
    Category,
    Channel,
    Topic,
    CategoryDefault,

    /// <summary>None of the others says anything.</summary>
    Nothing,
}

/// <summary>Whether one person is to be sent something on one channel.</summary>
/// <param name="Category">Its key; null for none.</param>
/// <param name="Says">What the category says.</param>
/// <param name="Person">Null for one who has never said anything.</param>
/// <param name="Topic">The topic that it is sent to; null where it is sent to a person.</param>
/// <param name="IsSuppressed">None of the person's addresses on the channel may be written to, of anything.</param>
/// <param name="At">When it is to be sent.</param>
public readonly record struct PreferenceQuestion(
    ChannelKind Channel, string? Category, CategoryRule Says, PersonPreferences? Person, string? Topic, bool IsSuppressed, DateTimeOffset At)
{
    /// <summary>Of what would be sent, by none of the person's addresses on the channel: whoever reads there has opted out of it.</summary>
    public bool HasAddressOptedOut { get; init; }
}

/// <param name="MaySend">Whether it is sent.</param>
/// <param name="Rule">The rule that decided.</param>
public readonly record struct PreferenceDecision(bool MaySend, PreferenceRule Rule)
{
    /// <summary>The code of a delivery that is not sent for it, and of the step that explains one that is.</summary>
    public string Code => Rule switch
    {
        PreferenceRule.Suppressed => "suppressed",
        PreferenceRule.Critical => "category_critical",
        PreferenceRule.Paused => "paused",
        PreferenceRule.OptOut => "opted_out",
        PreferenceRule.CategoryDefault => "category_default",
        _ => "preference",
    };

    /// <summary>The rule in plain words, with what it was asked about.</summary>
    public string Words(PreferenceQuestion question)
    {
        var (channel, category) = (question.Channel.ToName(), question.Category);
        return (Rule, MaySend) switch
        {
            (PreferenceRule.Suppressed, _) => "the address is on the suppression list",
            (PreferenceRule.Critical, _) => $"the category {category} is critical: it is sent whatever the person prefers",
            (PreferenceRule.Paused, _) => question.Person?.PausedUntil is { } until ? $"the person wants nothing until {Storage.Rfc3339.InSentence(until)}" : "the person wants nothing for now",
            (PreferenceRule.OptOut, _) => question.Person?.OptOuts?.Contains(OptOuts.OfCategory + category) == true
                ? $"the person has opted out of the category {category}"
                : "the person has opted out of all marketing",
            (PreferenceRule.CategoryChannel, true) => $"the person wants the category {category} on {channel}",
            (PreferenceRule.CategoryChannel, false) => $"the person does not want the category {category} on {channel}",
            (PreferenceRule.Category, true) => $"the person wants the category {category}",
            (PreferenceRule.Category, false) => $"the person does not want the category {category}",
            (PreferenceRule.Channel, true) => $"the person wants {channel}",
            (PreferenceRule.Channel, false) => $"the person does not want {channel}",
            (PreferenceRule.Topic, true) => $"the person wants the topic {question.Topic}",
            (PreferenceRule.Topic, false) => $"the person does not want the topic {question.Topic}",
            (PreferenceRule.CategoryDefault, true) => $"the category {category} uses {channel}, unless the person says otherwise",
            (PreferenceRule.CategoryDefault, false) => $"the category {category} does not use {channel}, unless the person says otherwise",
            _ => "nobody says otherwise",
        };
    }
}

/// <summary>
/// The table of who decides whether something is sent, which docs/preferences.md has in words. Pure: accepting, a dry run and the worker just before the call ask
/// it, and no one of them decides anything of this by itself.
/// </summary>
public static class PreferenceRules
{
    public static PreferenceDecision Decide(PreferenceQuestion question)
    {
        var (name, person) = (question.Channel.ToName(), question.Person ?? PersonPreferences.None);
        if (question.IsSuppressed)
            return new(false, PreferenceRule.Suppressed);
        if (question.Says.Critical)
            return new(true, PreferenceRule.Critical);
        if (person.Paused && !(person.PausedUntil <= question.At))
            return new(false, PreferenceRule.Paused);
        if (question.HasAddressOptedOut || IsOptedOut(question, person))
            return new(false, PreferenceRule.OptOut);
        var ofCategory = question.Category is { } category ? person.Categories?.GetValueOrDefault(category) : null;
        if (Said(ofCategory?.Channels, name) is { } onChannel)
            return new(onChannel, PreferenceRule.CategoryChannel);
        if (ofCategory?.Enabled is { } enabled)
            return new(enabled, PreferenceRule.Category);
        if (Said(person.Channels, name) is { } channel)
            return new(channel, PreferenceRule.Channel);
        if (SaidOfTopic(person.Topics, question.Topic) is { } topic)
            return new(topic, PreferenceRule.Topic);
        return question.Category is not null && question.Says.Channels.TryGetValue(question.Channel, out var isOn)
            ? new(isOn, PreferenceRule.CategoryDefault)
            : new(true, PreferenceRule.Nothing);
    }

    private static bool IsOptedOut(PreferenceQuestion question, PersonPreferences person)
    {
        foreach (var scope in person.OptOuts ?? [])
        {
            if (question.Says.Marketing && scope == OptOuts.Marketing)
                return true;
            if (question.Category is { } category && OptOuts.CategoryOf(scope) == category)
                return true;
        }

        return false;
    }

    /// <summary>Of the topic itself, else of the nearest that it lies below.</summary>
    private static bool? SaidOfTopic(IReadOnlyDictionary<string, bool>? said, string? topic)
    {
        for (var key = said is null ? null : topic; key is not null; key = key.LastIndexOf('/') is > 0 and var end ? key[..end] : null)
        {
            if (Said(said, key) is { } wanted)
                return wanted;
        }

        return null;
    }

    private static bool? Said(IReadOnlyDictionary<string, bool>? said, string name) => said is not null && said.TryGetValue(name, out var value) ? value : null;
}
