using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Tenancy;

/// <summary>From which domains a tenant's e-mail comes is the tenant's to say: a provider that comes from another is not saved, and one that was saved before sends nothing.</summary>
public sealed class SendingDomainsTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task A_provider_comes_from_one_of_them_or_below_it()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        await api.ReadAsync(HttpMethod.Patch, "/api/v1/admin/tenant", """{"sendingDomains":["example.com","müller.example"]}""");

        foreach (var (index, from) in ((string[])["a@example.com", "a@mail.example.com", "a@EXAMPLE.com", "a@xn--mller-kva.example"]).Index())
            await api.CreateProviderAsync(Smtp($"good {index}", from));
        foreach (var from in (string[])["a@example.org", "a@badexample.com", "a@example.com.evil.test", "a@com"])
        {
            using var refused = await api.SendAsync(HttpMethod.Post, "/api/v1/admin/providers", Smtp("bad", from));
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, from);
            (await SignInService.ReadAsync(refused)).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()).ShouldContain("sending_domain_forbidden", from);
        }
    }

    [Fact]
    public async Task What_was_saved_before_sends_nothing_and_says_why()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        await api.CreateProviderAsync(Smtp("own", "a@example.org"));
        await api.ReadAsync(HttpMethod.Patch, "/api/v1/admin/tenant", """{"sendingDomains":["example.com"]}""");
        var sent = (await api.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", """{"channel":"email","content":{"subject":"Hello","text":"Hello"},"recipient":{"email":"ann@example.com"}}""", HttpStatusCode.Accepted)).GetProperty("id").GetGuid();

        var failed = await Eventually.ValueAsync(() => api.NotificationAsync(sent), read => read.GetProperty("status").GetString() == "failed", TimeSpan.FromSeconds(60));
        failed.GetRawText().ShouldContain("sending_domain_forbidden");
    }

    private static object Smtp(string name, string from) => new
    {
        channel = "email",
        type = "smtp",
        name,
        settings = new { host = "127.0.0.1", port = 2525, tls = "none", from = new { email = from } },
    };
}
