using System.Net;
using System.Net.Http.Json;
using NotificationService.Host.Auth;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>A sign-in from a new place is written about; the first place is not, and neither is one that is known.</summary>
[Collection(SignInCollection.Name)]
public sealed class SignInPlacesTests(SignInService service)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_new_browser_is_written_about_once_and_the_first_not_at_all()
    {
        var ann = await service.RegisterAsync();
        await service.LoginAsync(ann.Email, SignInService.Password);
        (await MailsAsync(ann.Email)).ShouldBeEmpty();

        for (var i = 0; i < 3; i++)
            (await LoginAsync(ann.Email, SignInService.Password, $"Mozilla/5.0 (X11; Linux x86_64) Firefox/{140 + i}.0")).ShouldBe(HttpStatusCode.OK);

        await Eventually.TrueAsync(async () => (await MailsAsync(ann.Email)).Count > 0, Patience, () => "no mail came");
        (await MailsAsync(ann.Email)).ShouldHaveSingleItem().ShouldContain("Firefox on Linux");
        (await service.Database.ScalarAsync<long>($"select count(*) from sign_in_places where account_id = '{ann.Id}'")).ShouldBe(2);
    }

    [Fact]
    public async Task Wrong_passwords_from_anywhere_write_to_nobody_and_places_are_bounded()
    {
        var ann = await service.RegisterAsync();
        (await LoginAsync(ann.Email, "wrong password 1!", "curl/8")).ShouldBe(HttpStatusCode.Unauthorized);
        (await service.Database.ScalarAsync<long>($"select count(*) from sign_in_places where account_id = '{ann.Id}'")).ShouldBe(1);
        await service.Database.ExecuteAsync(
            $"insert into sign_in_places select tenant_id, account_id, sha256(('p' || g)::bytea), now() - interval '1 day' from sign_in_places, generate_series(1, 30) g where account_id = '{ann.Id}'");

        (await LoginAsync(ann.Email, SignInService.Password, "curl/8")).ShouldBe(HttpStatusCode.OK);

        (await service.Database.ScalarAsync<long>($"select count(*) from sign_in_places where account_id = '{ann.Id}'")).ShouldBe(SignInPlaces.Max);
    }

    private async Task<HttpStatusCode> LoginAsync(string email, string password, string agent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = JsonContent.Create(new { email, password }) };
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        using var response = await service.Client.SendAsync(request);
        return response.StatusCode;
    }

    private Task<IReadOnlyList<string>> MailsAsync(string address) => service.Database.QueryAsync<string>(
        $"select message::text from sandbox_messages where tenant_id = '{SystemTenant.Id}' and recipient = '{address}' and message::text like '%new place%'");
}
