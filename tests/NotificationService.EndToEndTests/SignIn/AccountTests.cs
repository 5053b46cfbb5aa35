using System.Net;
using System.Text.RegularExpressions;
using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>What people change of their own account: by a link that came by mail, or by their password. And what strangers learn of it, which is nothing.</summary>
[Collection(SignInCollection.Name)]
public sealed partial class AccountTests(SignInService service)
{
    private const string Other = "quite another password 2!";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_link_which_is_good_once_and_ends_every_sign_in()
    {
        var ann = await service.RegisterAsync();
        await ForgetAsync(ann.Email);
        var token = await TokenAsync(ann.Email, "system.password-reset");

        (await StatusAsync("reset-password", new { token, password = Other })).ShouldBe(HttpStatusCode.NoContent);

        (await StatusAsync("login", new { email = ann.Email, password = SignInService.Password })).ShouldBe(HttpStatusCode.Unauthorized);
        await service.LoginAsync(ann.Email, Other);
        using var refreshed = await service.RefreshAsync(ann.RefreshToken);
        refreshed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await CodeAsync("reset-password", new { token, password = Other })).ShouldBe("token_invalid");
        await MailAsync(ann.Email, "system.password-changed");
        (await service.Database.ScalarAsync<bool>($"select email_confirmed_at is not null and sign_in_order = 0 from users where id = '{ann.Id}'")).ShouldBeTrue();
    }

    /// <summary>With the table of people locked nothing can be looked up: the answer does not wait for it.</summary>
    [Fact]
    public async Task Whoever_asks_for_a_password_learns_nothing_by_the_text_or_the_time()
    {
        var ann = await service.RegisterAsync();
        var gone = await service.RegisterAsync();
        await service.Database.ExecuteAsync($"update users set disabled_at = now() where id = '{gone.Id}'");
        await using var connection = await service.Database.Superuser.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using (var locked = new NpgsqlCommand("lock table users in access exclusive mode", connection))
                await locked.ExecuteNonQueryAsync();
            var responses = new List<string>();
            foreach (var email in (string[])[ann.Email, gone.Email, "nobody-at-all@example.com"])
            {
                using var response = await service.PostAsync("/api/v1/auth/forgot-password", new { email });
                responses.Add($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()} {string.Join(',', response.Headers.Select(header => header.Key).Order())}");
            }

            responses.Distinct().ShouldHaveSingleItem().ShouldStartWith("202 ");
            await transaction.RollbackAsync();
        }

        await MailAsync(ann.Email, "system.password-reset");
        // They were asked for in this order, and are worked in it.
        (await CountAsync(gone.Email, "system.password-reset") + await CountAsync("nobody-at-all@example.com")).ShouldBe(0);
    }

    [Fact]
    public async Task An_account_is_sent_five_links_an_hour_and_the_last_one_is_good()
    {
        var ann = await service.RegisterAsync();
        for (var i = 0; i < 12; i++)
            await ForgetAsync(ann.Email);
        // Once the next one's mail is there, all that was asked before has been worked.
        var marker = await service.RegisterAsync();
        await ForgetAsync(marker.Email);
        await MailAsync(marker.Email, "system.password-reset");

        await Eventually.TrueAsync(async () => await CountAsync(ann.Email, "system.password-reset") == OneTimeTokens.MaxPerHour, Patience, () => "five mails did not come");
        var tokens = await TokensAsync(ann.Email, "system.password-reset");
        foreach (var older in tokens.Take(tokens.Count - 1))
            (await CodeAsync("reset-password", new { token = older, password = Other })).ShouldBe("token_invalid");
        (await StatusAsync("reset-password", new { token = tokens[^1], password = Other })).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Every_token_that_is_not_good_is_answered_alike()
    {
        var ann = await service.RegisterAsync();
        var user = await UserAsync(ann);
        var good = await IssueAsync(user, OneTimeTokenKind.AcceptInvitation);
        var used = await IssueAsync(user, OneTimeTokenKind.ResetPassword);
        (await StatusAsync("reset-password", new { token = used, password = Other })).ShouldBe(HttpStatusCode.NoContent);
        var expired = await IssueAsync(user, OneTimeTokenKind.ChangeEmail, TimeSpan.FromMinutes(-1));
        var replaced = await IssueAsync(user, OneTimeTokenKind.ConfirmEmail);
        await IssueAsync(user, OneTimeTokenKind.ConfirmEmail);
        var guessed = good[..^4] + "AAAA";

        foreach (var call in (string[])["reset-password", "accept-invitation", "confirm-email"])
        {
            var responses = new List<string>();
            foreach (var token in (string?[])[used, expired, replaced, guessed, "nst_", "", "no token", null, new string('x', 5_000), OneTimeToken.New(new TenantId(Guid.NewGuid()), Guid.NewGuid()).ToString(), call == "accept-invitation" ? used : good])
            {
                using var response = await service.PostAsync($"/api/v1/auth/{call}", call == "confirm-email" ? (object)new { token } : new { token, password = Other });
                responses.Add($"{(int)response.StatusCode} {await SignInService.BodyWithoutTraceAsync(response)}");
            }

            responses.Distinct().ShouldHaveSingleItem(call).ShouldContain("token_invalid");
        }
    }

    [Fact]
    public async Task A_token_that_many_present_at_once_is_used_once()
    {
        var ann = await service.RegisterAsync();
        var token = await IssueAsync(await UserAsync(ann), OneTimeTokenKind.AcceptInvitation);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => StatusAsync("accept-invitation", new { token, name = "Anna" })));

        statuses.Count(status => status == HttpStatusCode.OK).ShouldBe(1);
        statuses.Count(status => status == HttpStatusCode.UnprocessableEntity).ShouldBe(7);
    }

    [Fact]
    public async Task Changing_the_password_ends_every_sign_in_but_the_present_one()
    {
        var ann = await service.RegisterAsync();
        var elsewhere = await service.LoginAsync(ann.Email, SignInService.Password);

        (await CodeAsync("change-password", new { currentPassword = "wrong password 1!", newPassword = Other }, ann.AccessToken)).ShouldBe("password_wrong");
        (await CodeAsync("change-password", new { currentPassword = SignInService.Password, newPassword = "short" }, ann.AccessToken)).ShouldBe("validation_failed");
        (await StatusAsync("change-password", new { currentPassword = SignInService.Password, newPassword = Other }, ann.AccessToken)).ShouldBe(HttpStatusCode.NoContent);

        using var ended = await service.RefreshAsync(elsewhere.RefreshToken);
        ended.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var present = await service.RefreshAsync(ann.RefreshToken);
        present.StatusCode.ShouldBe(HttpStatusCode.OK);
        await service.LoginAsync(ann.Email, Other);
        await MailAsync(ann.Email, "system.password-changed");
    }

    [Fact]
    public async Task An_address_changes_once_the_new_one_has_confirmed_and_the_old_one_hears_of_it()
    {
        var ann = await service.RegisterAsync();
        var next = $"next-{Guid.NewGuid():n}@example.com";

        (await CodeAsync("change-email", new { email = next, password = "wrong password 1!" }, ann.AccessToken)).ShouldBe("password_wrong");
        (await StatusAsync("change-email", new { email = next, password = SignInService.Password }, ann.AccessToken)).ShouldBe(HttpStatusCode.Accepted);
        await MailAsync(ann.Email, "system.email-changed");
        var token = await TokenAsync(next, "system.email-change");
        await service.LoginAsync(ann.Email, SignInService.Password);

        (await StatusAsync("confirm-email", new { token })).ShouldBe(HttpStatusCode.NoContent);

        (await service.LoginAsync(next, SignInService.Password)).Id.ShouldBe(ann.Id);
        (await StatusAsync("login", new { email = ann.Email, password = SignInService.Password })).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_address_that_a_colleague_has_is_not_said_to_be_taken_before_it_is_confirmed()
    {
        var ann = await service.RegisterAsync();
        var colleague = $"colleague-{Guid.NewGuid():n}@example.com";
        await service.Database.ExecuteAsync(
            $$"""
            insert into users (id, tenant_id, user_id, email, normalized_email, name, roles, security_stamp, created_at)
            values (gen_random_uuid(), '{{ann.Tenant}}', 'colleague', '{{colleague}}', '{{colleague.ToUpperInvariant()}}', 'C', '{viewer}', '', now())
            """);

        (await StatusAsync("change-email", new { email = colleague, password = SignInService.Password }, ann.AccessToken)).ShouldBe(HttpStatusCode.Accepted);
        var token = await TokenAsync(colleague, "system.email-change");

        (await CodeAsync("confirm-email", new { token })).ShouldBe("email_taken");
        (await CodeAsync("confirm-email", new { token })).ShouldBe("email_taken");
    }

    [Fact]
    public async Task Who_has_confirmed_comes_before_others_who_registered_under_the_address_earlier()
    {
        var email = $"confirmed-{Guid.NewGuid():n}@example.com";
        for (var i = 0; i < 5; i++)
            await RegisterAsync(email, $"Claimed {i}", SignInService.Password);
        var hers = await RegisterAsync(email, "Hers", Other);
        var token = await IssueAsync(await UserAsync(hers), OneTimeTokenKind.ConfirmEmail);

        (await StatusAsync("login", new { email, password = Other })).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("confirm-email", new { token })).ShouldBe(HttpStatusCode.NoContent);

        (await service.LoginAsync(email, Other)).Tenant.ShouldBe(hers.Tenant);
    }

    private async Task<SignInService.Person> RegisterAsync(string email, string tenantName, string password)
    {
        using var response = await service.PostAsync("/api/v1/auth/register-tenant", new { tenantName, starter = false, admin = new { email, password, name = "Ann" } });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        return SignInService.Person.Of(await SignInService.ReadAsync(response), email);
    }

    private async Task ForgetAsync(string email) => (await StatusAsync("forgot-password", new { email })).ShouldBe(HttpStatusCode.Accepted);

    private async Task<HttpStatusCode> StatusAsync(string call, object body, string? token = null)
    {
        using var response = await service.PostAsync($"/api/v1/auth/{call}", body, token);
        return response.StatusCode;
    }

    /// <summary>That of the first field, or of the problem.</summary>
    private async Task<string> CodeAsync(string call, object body, string? token = null)
    {
        using var response = await service.PostAsync($"/api/v1/auth/{call}", body, token);
        var problem = await SignInService.ReadAsync(response);
        var code = problem.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0 ? errors[0].GetProperty("code").GetString()! : problem.GetProperty("code").GetString()!;
        return code == "password_weak" ? "validation_failed" : code;
    }

    private Task<User> UserAsync(SignInService.Person person) => service.Database.Store.RunAsync(
        new TenantId(person.Tenant), async (db, cancellation) => (await db.Set<User>().FindAsync([new TenantId(person.Tenant), person.Id], cancellation))!, CancellationToken.None);

    private async Task<string> IssueAsync(User user, OneTimeTokenKind kind, TimeSpan? lifetime = null) => (await service.Database.Store.RunAsync(
        user.TenantId,
        (db, cancellation) => new OneTimeTokens(service.Database.Ids, TimeProvider.System).IssueAsync(db, user, kind, lifetime ?? TimeSpan.FromHours(1), null, cancellation),
        CancellationToken.None))!.ToString();

    private async Task<string> TokenAsync(string address, string template)
    {
        await MailAsync(address, template);
        return (await TokensAsync(address, template))[^1];
    }

    private Task MailAsync(string address, string template) =>
        Eventually.TrueAsync(async () => await CountAsync(address, template) > 0, Patience, () => $"{template} did not come to {address}");

    private async Task<long> CountAsync(string address, string template = "") => (await MailsAsync(address, template)).Count;

    private async Task<IReadOnlyList<string>> TokensAsync(string address, string template) =>
        [.. (await MailsAsync(address, template)).Select(mail => Token().Match(mail).Value)];

    /// <summary>What the sandbox of the tenant system was given, the oldest first.</summary>
    private Task<IReadOnlyList<string>> MailsAsync(string address, string template) => service.Database.QueryAsync<string>(
        $"""
        select m.message::text from sandbox_messages m
        join deliveries d on d.tenant_id = m.tenant_id and d.id = m.delivery_id
        join notifications n on n.tenant_id = m.tenant_id and overlay(d.id::text placing '0' from 36)::uuid = n.id
        join templates t on t.tenant_id = n.tenant_id and t.id = n.template_id
        where m.tenant_id = '{SystemTenant.Id}' and m.recipient = '{address}' and t.key like '{template}%' order by n.id
        """);

    [GeneratedRegex("nst_[A-Za-z0-9_-]+")]
    private static partial Regex Token();
}
