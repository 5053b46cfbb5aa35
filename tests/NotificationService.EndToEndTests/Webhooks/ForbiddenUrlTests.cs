using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>A service that does not allow private endpoints, as outside development.</summary>
[Collection(SignInCollection.Name)]
public sealed class ForbiddenUrlTests(SignInService service)
{
    private static readonly (string Url, string Code)[] Corpus =
    [
        .. ((string[])
        [
            "https://127.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://017700000001/", "https://127.1/", "https://0/", "https://0.0.0.0/", "https://[::1]/",
            "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:a9fe:a9fe::]/", "https://[fec0::1]/",
            "https://[fd00::1]/", "https://[fe80::1%25eth0]/", "https://[2001:0:7f00:1::]/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://169.254.169.254/",
            "https://0251.0376.0251.0376/", "https://168.63.129.16/", "https://100.100.100.200/", "https://metadata.google.internal/", "https://user:pw@169.254.169.254/",
            "https://example.com:443@127.0.0.1/", "https://localhost./", "https://LOCALHOST", "https://x.localhost/", "https://192.31.196.1/", "https://[100:0:0:1::1]/",
        ]).Select(url => (url, "url_address_forbidden")),
        ("http://example.com/", "url_scheme"), ("//evil.com/x", "url_scheme"), ("http:///foo", "url_scheme"), ("file:///etc/passwd", "url_scheme"), ("gopher://example.com", "url_scheme"),
        ("ftp://example.com", "url_scheme"), ("jar:https://example.com!/", "url_scheme"), ("unix:/var/run/x.sock", "url_scheme"), ("https://u@example.com/", "url_credentials"),
        ("https://example.com:0/", "url_port"), ("https://example.com:22/", "url_port"), ("https://example.com:25/", "url_port"), ("https://example.com:6379/", "url_port"),
        ("https://example.com:5432/", "url_port"), ("https://example.com:99999/", "url_port"), ("https://example.com/#x", "url_fragment"), ("https://example.com/%00", "url_invalid"),
        ("https://example.com/a\r\nb", "url_invalid"), ("https://example.com/a b", "url_invalid"), ("https://example.com/" + new string('a', 2029), "url_too_long"),
    ];

    [Fact]
    public async Task Nothing_of_the_corpus_is_saved()
    {
        await using var strict = await service.StartInProcessAsync(("Notification__AllowPrivateEndpoints", "false"));
        var tenant = await WebhookTenant.CreateAsync(service, strict.Client);

        foreach (var (url, code) in Corpus)
        {
            var (status, problem, _) = await tenant.PostAsync(WebhookTenant.Path, JsonSerializer.Serialize(new { url, events = new[] { "*" } }));

            status.ShouldBe((HttpStatusCode)422, url);
            WebhookTenant.Errors(problem).ShouldContain(("/url", code), url);
            problem.ToString().ShouldNotContain("pw@", Case.Sensitive, url);
        }

        (await tenant.GetAsync(WebhookTenant.Path)).Body.GetProperty("items").GetArrayLength().ShouldBe(0);
    }
}
