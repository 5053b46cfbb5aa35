using NotificationService.Host.Auth;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

public sealed class PoliciesTests
{
    [Theory]
    [InlineData(Scopes.Send, new[] { Policies.SendNotifications })]
    [InlineData(Scopes.Read, new[] { Policies.ReadNotifications, Policies.Viewer })]
    [InlineData(Scopes.WriteRecipients, new[] { Policies.WriteRecipients })]
    [InlineData(Scopes.PublishEvents, new[] { Policies.PublishEvents })]
    [InlineData(Scopes.Admin, new[] { Policies.SendNotifications, Policies.ReadNotifications, Policies.WriteRecipients, Policies.PublishEvents, Policies.Admin, Policies.Operator, Policies.Viewer })]
    public void A_scope_passes_these_policies_and_no_other(string scope, string[] passed) =>
        Passed(Tokens.Service with { Scopes = Scopes.Of([scope]) }).ShouldBe(passed, ignoreOrder: true);

    [Theory]
    [InlineData(UserRoles.User, new[] { Policies.SignedInUser })]
    [InlineData(UserRoles.Viewer, new[] { Policies.SignedInUser, Policies.Viewer, Policies.ReadNotifications })]
    [InlineData(UserRoles.Operator, new[] { Policies.SignedInUser, Policies.Viewer, Policies.ReadNotifications, Policies.Operator, Policies.SendNotifications, Policies.WriteRecipients, Policies.PublishEvents })]
    [InlineData(UserRoles.Admin, new[] { Policies.SignedInUser, Policies.Viewer, Policies.ReadNotifications, Policies.Operator, Policies.SendNotifications, Policies.WriteRecipients, Policies.PublishEvents, Policies.Admin })]
    public void A_role_passes_these_policies_and_no_other(string role, string[] passed) =>
        Passed(Tokens.Person with { Roles = Scopes.Of([role]) }).ShouldBe(passed, ignoreOrder: true);

    [Fact]
    public void Only_a_platform_admin_passes_every_policy() =>
        Passed(Tokens.Person with { Roles = Scopes.Of([UserRoles.PlatformAdmin]) }).ShouldBe(Policies.All.Keys, ignoreOrder: true);

    [Fact]
    public void A_person_gains_nothing_by_a_scope_nor_a_service_account_by_a_role()
    {
        Passed(Tokens.Person with { Roles = Scopes.Of([]), Scopes = Scopes.Of(Scopes.All) }).ShouldBeEmpty();
        Passed(Tokens.Service with { Scopes = Scopes.Of([]), Roles = Scopes.Of(UserRoles.All) }).ShouldBeEmpty();
    }

    private static IEnumerable<string> Passed(Caller caller) => Policies.All.Where(policy => policy.Value.Allows(caller)).Select(policy => policy.Key);
}
