using System.Text.Json;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Recipients.Preferences;

namespace NotificationService.UnitTests.Recipients.Preferences;

/// <summary>The table of preferences, against the sentences of docs/preferences.md, stated once more beside the code.</summary>
public sealed class PreferenceRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] Keys = ["shipping", "news", "security"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_first_rule_that_says_something_decides(int seed)
    {
#pragma warning disable CA5394 // the same cases each time
        var random = new Random(seed);
#pragma warning restore CA5394
        var decided = new Dictionary<PreferenceRule, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var question = Any(random);

            var decision = PreferenceRules.Decide(question);

            var (rule, verdict) = Stated(question).First(stated => stated.Verdict is not null);
            if (decision != new PreferenceDecision(verdict!.Value, rule))
                Assert.Fail($"{decision} where {rule} says {verdict}: {JsonSerializer.Serialize(question)}");
            decision.Words(question).ShouldNotBeNullOrEmpty();
            decided[decision.Rule] = decided.GetValueOrDefault(decision.Rule) + 1;
        }

        foreach (var one in Enum.GetValues<PreferenceRule>())
            decided.GetValueOrDefault(one).ShouldBeGreaterThan(50, $"{one} decides too few of these cases to be tested by them");
    }

    /// <summary>A topic, and those that it lies below, the nearest first.</summary>
    private static IEnumerable<string> Above(string? topic)
    {
        var names = topic?.Split('/') ?? [];
        return Enumerable.Range(0, names.Length).Select(i => string.Join('/', names[..^i]));
    }

    /// <summary>The rules in their order, each with what it says of the question: yes, no or nothing.</summary>
    private static IEnumerable<(PreferenceRule Rule, bool? Verdict)> Stated(PreferenceQuestion asked)
    {
        var channel = asked.Channel switch { ChannelKind.Email => "email", ChannelKind.Sms => "sms", ChannelKind.Push => "push", ChannelKind.WhatsApp => "whatsapp", _ => "in_app" };
        var (person, wanted) = (asked.Person ?? new PersonPreferences(), (CategoryPreference?)null);
        if (asked.Category is not null && person.Categories is { } all && all.TryGetValue(asked.Category, out var found))
            wanted = found;
        var optOuts = person.OptOuts ?? [];

        yield return (PreferenceRule.Suppressed, asked.IsSuppressed ? false : null);
        yield return (PreferenceRule.Critical, asked.Says.Critical ? true : null);
        yield return (PreferenceRule.Paused, person.Paused && (person.PausedUntil is null || person.PausedUntil > asked.At) ? false : null);
        yield return (PreferenceRule.OptOut, asked.HasAddressOptedOut || optOuts.Any(scope => scope == $"category:{asked.Category}" && asked.Category is not null) || (asked.Says.Marketing && optOuts.Contains("marketing")) ? false : null);
        yield return (PreferenceRule.CategoryChannel, wanted?.Channels is { } of && of.TryGetValue(channel, out var said) ? said : null);
        yield return (PreferenceRule.Category, wanted?.Enabled);
        yield return (PreferenceRule.Channel, person.Channels is { } on && on.TryGetValue(channel, out var any) ? any : null);
        yield return (PreferenceRule.Topic, person.Topics is { } topics ? Above(asked.Topic).Where(topics.ContainsKey).Select(key => (bool?)topics[key]).FirstOrDefault() : null);
        yield return (PreferenceRule.CategoryDefault, asked.Category is not null && asked.Says.Channels.TryGetValue(asked.Channel, out var isOn) ? isOn : null);
        yield return (PreferenceRule.Nothing, true);
    }

#pragma warning disable CA5394 // the same cases each time
    private static PreferenceQuestion Any(Random random)
    {
        bool Often() => random.Next(3) > 0;
        bool Seldom() => random.Next(8) == 0;
        T? Maybe<T>(Func<T> make)
            where T : class => Often() ? make() : null;
        Dictionary<string, bool> Channels() => ChannelKinds.All.Where(_ => random.Next(3) == 0).ToDictionary(channel => channel.ToName(), _ => Often());

        var says = new CategoryRule(ChannelKinds.All.Where(_ => random.Next(3) == 0).ToDictionary(channel => channel, _ => Often()), Seldom(), Often(), ExpiresAfter: null);
        var category = Maybe(() => Keys[random.Next(Keys.Length)]);
        return new PreferenceQuestion(
            ChannelKinds.All[random.Next(ChannelKinds.All.Count)], category, category is null ? CategoryRule.Silent : says, Maybe(Person), Often() ? null : Often() ? "building-7" : "building-7/floor-2/unit-9", Seldom(), Now)
        {
            HasAddressOptedOut = Seldom(),
        };

        PersonPreferences Person() => new()
        {
            Paused = Seldom(),
            PausedUntil = Often() ? null : Now.AddMinutes(random.Next(-1, 2)),
            Channels = Maybe(Channels),
            Categories = Maybe(() => Keys.Where(_ => Often()).ToDictionary(key => key, _ => new CategoryPreference(Often() ? null : Often(), Maybe(Channels), null))),
            Topics = Maybe(() => new Dictionary<string, bool> { ["building-7"] = Often(), [Often() ? "building-7/floor-2" : "building-7/floor"] = Often(), ["building-8"] = false }),
            OptOuts = Often() ? null : [.. new[] { "marketing", "category:news", "category:shipping" }.Where(_ => Seldom())],
        };
    }
#pragma warning restore CA5394

    [Fact]
    public void A_pause_is_over_at_the_moment_that_it_names()
    {
        var person = new PersonPreferences { Paused = true, PausedUntil = Now };

        Decide(person, Now.AddTicks(-1)).MaySend.ShouldBeFalse();
        Decide(person, Now).MaySend.ShouldBeTrue();
    }

    [Fact]
    public void What_a_person_says_of_another_category_does_not_count()
    {
        var person = new PersonPreferences { Categories = new Dictionary<string, CategoryPreference> { ["news"] = new(false, null, null) }, OptOuts = ["category:news"] };

        Decide(person, Now).Rule.ShouldBe(PreferenceRule.Nothing);
        Decide(person, Now, category: "news").ShouldBe(new PreferenceDecision(false, PreferenceRule.OptOut));
        Decide(person with { OptOuts = null }, Now, category: "news").ShouldBe(new PreferenceDecision(false, PreferenceRule.Category));
    }

    private static PreferenceDecision Decide(PersonPreferences person, DateTimeOffset at, string category = "shipping") =>
        PreferenceRules.Decide(new PreferenceQuestion(ChannelKind.Email, category, CategoryRule.Silent, person, null, false, at));
}
