using NotificationService.Host.Auth;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

public sealed class PoliciesTests
{
    [Theory]
    [InlineData(Scopes.Send, new[] { Policies.SendNotifications })]
    [InlineData(Scopes.Read, new[] { Policies.ReadNotifications, Policies.Viewer, Policies.SeePresence })]
    [InlineData(Scopes.WriteRecipients, new[] { Policies.WriteRecipients, Policies.VouchForPeople })]
    [InlineData(Scopes.PublishEvents, new[] { Policies.PublishEvents, Policies.SeePresence })]
    [InlineData(Scopes.Admin, new[] { Policies.SendNotifications, Policies.ReadNotifications, Policies.WriteRecipients, Policies.VouchForPeople, Policies.PublishEvents, Policies.SeePresence, Policies.Admin, Policies.Operator, Policies.Viewer })]
    public void A_scope_passes_these_policies_and_no_other(string scope, string[] passed) =>
        Passed(Tokens.Service with { Scopes = Scopes.Of([scope]) }).ShouldBe(passed, ignoreOrder: true);

    [Theory]
    [InlineData(UserRoles.User, new[] { Policies.SignedInUser, Policies.Inbox })]
    [InlineData(UserRoles.Viewer, new[] { Policies.SignedInUser, Policies.Inbox, Policies.Viewer, Policies.ReadNotifications, Policies.SeePresence })]
    [InlineData(UserRoles.Operator, new[] { Policies.SignedInUser, Policies.Inbox, Policies.Viewer, Policies.ReadNotifications, Policies.Operator, Policies.SendNotifications, Policies.WriteRecipients, Policies.PublishEvents, Policies.SeePresence })]
    [InlineData(UserRoles.Admin, new[] { Policies.SignedInUser, Policies.Inbox, Policies.Viewer, Policies.ReadNotifications, Policies.Operator, Policies.SendNotifications, Policies.WriteRecipients, Policies.PublishEvents, Policies.SeePresence, Policies.Admin })]
    public void A_role_passes_these_policies_and_no_other(string role, string[] passed) =>
        Passed(Tokens.Person with { Roles = Scopes.Of([role]) }).ShouldBe(passed, ignoreOrder: true);

    [Fact]
    public void Only_a_platform_admin_passes_every_policy_but_that_of_backends() =>
        Passed(Tokens.Person with { Roles = Scopes.Of([UserRoles.PlatformAdmin]) }).ShouldBe(Policies.All.Keys.Except([Policies.VouchForPeople]), ignoreOrder: true);

    [Fact]
    public void Whom_a_live_service_account_vouches_for_gets_at_the_own_things_and_at_nothing_else()
    {
        var person = Tokens.Person with { IsVouchedFor = true, Roles = Scopes.Of(UserRoles.All), Scopes = Scopes.Of(Scopes.All) };
        Passed(person).ShouldBe([Policies.Inbox]);
        Passed(person with { Live = false }).ShouldBeEmpty();
    }

    [Fact]
    public void Whoever_acts_in_another_tenant_has_no_account_of_their_own_there()
    {
        var admin = Tokens.Person with { Roles = Scopes.Of([UserRoles.Admin]) };
        Passed(admin with { Elevation = new Elevation(admin.Tenant, Guid.NewGuid()) }).ShouldBe(Passed(admin).Except([Policies.SignedInUser, Policies.Inbox]), ignoreOrder: true);
    }

    [Fact]
    public void Who_has_no_account_passes_what_its_roles_allow_but_what_is_about_accounts() =>
        Passed(Tokens.Person with { HasAccount = false, Roles = Scopes.Of([UserRoles.Viewer]) }).ShouldBe([Policies.Viewer, Policies.ReadNotifications, Policies.SeePresence, Policies.Inbox], ignoreOrder: true);

    [Fact]
    public void A_person_gains_nothing_by_a_scope_nor_a_service_account_by_a_role()
    {
        Passed(Tokens.Person with { Roles = Scopes.Of([]), Scopes = Scopes.Of(Scopes.All) }).ShouldBe([Policies.Inbox]);
        Passed(Tokens.Service with { Scopes = Scopes.Of([]), Roles = Scopes.Of(UserRoles.All) }).ShouldBeEmpty();
    }

    private static IEnumerable<string> Passed(Caller caller) => Policies.All.Where(policy => policy.Value.Allows(caller)).Select(policy => policy.Key);
}
