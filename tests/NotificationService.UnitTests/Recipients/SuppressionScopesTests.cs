using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;

namespace NotificationService.UnitTests.Recipients;

/// <summary>What an opt-out of a scope stops, and where it stands in the table of preferences.</summary>
public sealed class SuppressionScopesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private static readonly CategoryRule Usual = CategoryRule.Silent, Marketing = Usual with { Marketing = true }, Critical = Usual with { Critical = true };

    [Theory]
    [InlineData("all", "-news -order -alarm")]
    [InlineData("marketing", "-news +order +alarm")]
    [InlineData("category:order", "+news -order +alarm")]
    [InlineData("category:alarm", "+news +order +alarm")]
    [InlineData("category:Order", "+news +order +alarm")]
    [InlineData("vendor_group:10", "-news -order +alarm")]
    public void A_scope_stops_what_it_names_and_only_all_of_them_stops_what_is_critical(string scope, string expected)
    {
        string Verdict(string key, CategoryRule says) => $"{(SuppressionScopes.Stops(scope, key, says) ? '-' : '+')}{key}";

        string.Join(' ', Verdict("news", Marketing), Verdict("order", Usual), Verdict("alarm", Critical)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("all", true)]
    [InlineData("marketing", true)]
    [InlineData("category:a", true)]
    [InlineData("vendor_group:10", true)]
    [InlineData("vendor_group:unknown", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("All", false)]
    [InlineData("category:", false)]
    [InlineData("category: a", false)]
    [InlineData("category:a\nb", false)]
    [InlineData("vendor_group:", false)]
    [InlineData("vendor_group:a b", false)]
    [InlineData("everything", false)]
    public void Only_what_the_contract_names_is_a_scope(string? scope, bool isOne) => SuppressionScopes.IsScope(scope).ShouldBe(isOne);

    [Fact]
    public void The_longest_scopes_fit_and_longer_ones_are_none()
    {
        SuppressionScopes.IsScope($"category:{new string('k', Category.LongestKey)}").ShouldBeTrue();
        SuppressionScopes.IsScope($"category:{new string('k', Category.LongestKey + 1)}").ShouldBeFalse();
        SuppressionScopes.IsScope($"vendor_group:{new string('9', 41)}").ShouldBeFalse();
    }

    [Theory]
    [InlineData("10", "vendor_group:10")]
    [InlineData(null, "vendor_group:unknown")]
    [InlineData("", "vendor_group:unknown")]
    [InlineData("{}", "vendor_group:unknown")]
    [InlineData("-1", "vendor_group:-1")]
    public void Whatever_a_vendor_calls_a_group_is_a_scope(string? group, string scope)
    {
        SuppressionScopes.OfGroup(group).ShouldBe(scope);
        SuppressionScopes.IsScope(scope).ShouldBeTrue();
    }

    [Theory]
    [InlineData(SuppressionScopes.All, PreferenceRule.Suppressed, "suppressed_unsubscribe")]
    [InlineData(SuppressionScopes.Marketing, PreferenceRule.Paused, "paused")]
    public void An_opt_out_by_address_stands_where_the_persons_own_stands(string scope, PreferenceRule rule, string code)
    {
        var (decision, reason) = Decide([Row(scope)], Marketing, new PersonPreferences { Paused = true });

        (decision.MaySend, decision.Rule, reason!.Code).ShouldBe((false, rule, code));
    }

    [Fact]
    public void The_reason_says_what_was_opted_out_of()
    {
        var (decision, reason) = Decide([Row(SuppressionScopes.Marketing)], Marketing, null);

        (decision.Rule, reason).ShouldBe((PreferenceRule.OptOut, new TransitionReason("opted_out", "the recipient has opted out of all marketing by this address")));
    }

    [Fact]
    public void What_is_critical_passes_an_opt_out_and_never_an_address_that_is_suppressed_of_everything()
    {
        Decide([Row(SuppressionScopes.Marketing), Row("category:news"), Row("vendor_group:1")], Marketing with { Critical = true }, null).Decision.ShouldBe(new PreferenceDecision(true, PreferenceRule.Critical));
        Decide([Row(SuppressionScopes.Marketing), Row(SuppressionScopes.All)], Critical, null).Decision.ShouldBe(new PreferenceDecision(false, PreferenceRule.Suppressed));
    }

    private static (PreferenceDecision Decision, TransitionReason? Reason) Decide(SuppressedAddress[] suppressed, CategoryRule says, PersonPreferences? person) =>
        SendDecision.Of(ChannelKind.Email, ["Ann@example.com"], suppressed, "news", says, person, topic: null, Now);

    private static SuppressedAddress Row(string scope) => new(ChannelKind.Email, "ann@example.com", SuppressionReason.Unsubscribe, null, scope);
}
