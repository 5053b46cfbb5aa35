using System.Net;
using System.Text.RegularExpressions;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>From nothing to a first delivered e-mail, over the API alone.</summary>
[Collection(SignInCollection.Name)]
public sealed partial class OnboardingTests(SignInService service)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The five calls of the README.</summary>
    [Fact]
    public async Task Five_calls_lead_from_registration_to_a_delivered_e_mail()
    {
        var email = NewAddress();
        var registered = await service.As(null).ReadAsync(HttpMethod.Post, "/api/v1/auth/register-tenant", Registration(email, "Example Ltd"), HttpStatusCode.Created);
        var admin = service.As(registered.GetProperty("accessToken").GetString());
        var account = await admin.ReadAsync(
            HttpMethod.Post, "/api/v1/admin/service-accounts", new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" }, HttpStatusCode.Created);
        var shop = await service.As(null).AccountAsync(account.GetProperty("clientId").GetString()!, account.GetProperty("clientSecret").GetString()!);
        var sent = await shop.ReadAsync(
            HttpMethod.Post, "/api/v1/services/notifications/send",
            new { template = "order-shipped", channel = "email", recipient = new { email = "bob@example.com", name = "Bob", locale = "fr" }, data = new { orderId = "A-1009" } }, HttpStatusCode.Accepted);

        await Eventually.TrueAsync(
            async () => (await shop.NotificationAsync(sent.GetProperty("id").GetGuid())).GetProperty("status").GetString() == "delivered", Patience, () => "it was not delivered");

        (await admin.GetAsync("/api/v1/admin/templates")).GetProperty("items").EnumerateArray().Select(template => template.GetProperty("key").GetString())
            .ShouldBe(["order-shipped", "otp", "ticket-updated", "welcome"], ignoreOrder: true);
        (await admin.GetAsync("/api/v1/admin/providers")).GetProperty("items").EnumerateArray().Count(provider => provider.GetProperty("type").GetString() == "sandbox").ShouldBe(5);
    }

    [Fact]
    public async Task The_address_is_asked_to_confirm_and_comes_last_until_then()
    {
        var email = NewAddress();
        using var response = await service.PostAsync("/api/v1/auth/register-tenant", Registration(email, "Confirmed Ltd"));
        var ann = SignInService.Person.Of(await SignInService.ReadAsync(response), email);
        (await OrderAsync(ann.Id)).ShouldBe(User.Unconfirmed);
        var token = await TokenAsync(email);

        using var confirmed = await service.PostAsync("/api/v1/auth/confirm-email", new { token });

        confirmed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await OrderAsync(ann.Id)).ShouldBe(User.First);
        // Who has confirmed is sent nothing more.
        using var again = await service.PostAsync("/api/v1/auth/resend-confirmation", null, ann.AccessToken);
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await service.Database.ScalarAsync<long>($"select count(*) from one_time_tokens where account_id = '{ann.Id}'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_company_is_registered_once_by_one_address_and_others_learn_nothing_of_it()
    {
        var (email, name) = (NewAddress(), $"Twice {Guid.NewGuid():n}");
        (await RegisterAsync(email, name)).ShouldBe((HttpStatusCode.Created, null));

        (await RegisterAsync(email, name)).ShouldBe((HttpStatusCode.Conflict, "already_registered"));
        (await RegisterAsync(email.ToUpperInvariant(), $"  {name.ToUpperInvariant().Replace(" ", "  ", StringComparison.Ordinal)}")).ShouldBe((HttpStatusCode.Conflict, "already_registered"));
        (await RegisterAsync(NewAddress(), name)).ShouldBe((HttpStatusCode.Created, null));
        (await RegisterAsync(email, $"{name} 2")).ShouldBe((HttpStatusCode.Created, null));
    }

    [Fact]
    public async Task Of_many_who_register_the_same_at_once_one_succeeds_and_leaves_nothing_half_made()
    {
        var (email, name) = (NewAddress(), $"Race {Guid.NewGuid():n}");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RegisterAsync(email, name)));

        outcomes.Count(outcome => outcome.Status == HttpStatusCode.Created).ShouldBe(1);
        outcomes.Count(outcome => outcome.Code == "already_registered").ShouldBe(5);
        (await service.Database.ScalarAsync<long>($"select count(*) from tenants where name = '{name}'")).ShouldBe(1);
        (await service.Database.ScalarAsync<long>($"select count(*) from users where normalized_email = '{email.ToUpperInvariant()}'")).ShouldBe(1);
    }

    /// <summary>Anybody may register any number of tenants under somebody's address; the mail that comes of it is bounded.</summary>
    [Fact]
    public async Task Registering_again_and_again_does_not_fill_somebodys_mailbox()
    {
        var email = NewAddress();
        for (var i = 0; i < 14; i++)
            (await RegisterAsync(email, $"Bomb {i}")).Status.ShouldBe(HttpStatusCode.Created);

        (await service.Database.ScalarAsync<long>($"select count(*) from one_time_tokens t join users u on u.tenant_id = t.tenant_id and u.id = t.account_id where u.normalized_email = '{email.ToUpperInvariant()}'"))
            .ShouldBe(10);
    }

    private static string NewAddress() => $"new-{Guid.NewGuid():n}@example.com";

    private static object Registration(string email, string tenantName) => new { tenantName, admin = new { email, password = SignInService.Password, name = "Ann" } };

    private async Task<(HttpStatusCode Status, string? Code)> RegisterAsync(string email, string tenantName)
    {
        using var response = await service.PostAsync("/api/v1/auth/register-tenant", Registration(email, tenantName));
        return (response.StatusCode, response.IsSuccessStatusCode ? null : (await SignInService.ReadAsync(response)).GetProperty("code").GetString());
    }

    private Task<short> OrderAsync(Guid user) => service.Database.ScalarAsync<short>($"select sign_in_order from users where id = '{user}'");

    private async Task<string> TokenAsync(string address)
    {
        var token = "";
        await Eventually.TrueAsync(
            async () => (token = Token().Match(await service.Database.ScalarAsync<string>(
                $"select coalesce(min(message::text), '') from sandbox_messages where tenant_id = '{SystemTenant.Id}' and recipient = '{address}'")).Value) != "",
            Patience, () => "no mail came");
        return token;
    }

    [GeneratedRegex("nst_[A-Za-z0-9_-]+")]
    private static partial Regex Token();
}
