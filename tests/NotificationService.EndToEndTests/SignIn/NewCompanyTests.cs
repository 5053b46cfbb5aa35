using System.Net;
using System.Text.Json;
using NotificationService.Testing;
using NotificationService.Testing.Oidc;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>What a company does on its first day, over the API alone.</summary>
public sealed class NewCompanyTests(NewCompanyTests.Fixture fixture) : IClassFixture<NewCompanyTests.Fixture>
{
    private const string Company = "first-day";
    private const string Colleague = "cora@first-day.example";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private SignInService Service => fixture.Service;

    [Fact]
    public async Task From_nothing_to_a_branded_e_mail_in_two_languages_by_the_account_of_a_colleague_who_signed_in_elsewhere()
    {
        // A company registers, says how it looks, and invites a colleague.
        var owner = Service.As((await Service.As(null).ReadAsync(
            HttpMethod.Post, "/api/v1/auth/register-tenant",
            new { tenantName = "First Day", tenantKey = Company, admin = new { email = "olga@first-day.example", password = SignInService.Password, name = "Olga" } },
            HttpStatusCode.Created)).GetProperty("accessToken").GetString());
        await owner.ReadAsync(HttpMethod.Patch, "/api/v1/admin/tenant", new { brand = new { name = "First & Day", color = "#0b6e4f" } });
        var invited = await owner.ReadAsync(
            HttpMethod.Post, "/api/v1/admin/users", new { email = Colleague, name = "Cora", roles = new[] { "admin" } }, HttpStatusCode.Created);
        invited.GetProperty("status").GetString().ShouldBe("invited");

        // The colleague signs in where the company keeps its people, which takes the invitation.
        var cora = Service.As(await fixture.Issuer.SignInAsync("cora"));
        (await cora.GetAsync($"/api/v1/admin/users/{invited.GetProperty("id").GetString()}")).GetProperty("status").GetString().ShouldBe("active");
        await cora.PublishTemplateAsync("hello", new
        {
            key = "hello",
            name = "Hello",
            layout = "shared.banner",
            contents = new
            {
                email = new
                {
                    en = new { subject = "Welcome to {{brand.name}}", html = "<p>Good to see you, {{recipient.name}}.</p>" },
                    fr = new { subject = "Bienvenue chez {{brand.name}}", html = "<p>Ravis de vous voir, {{recipient.name}}.</p>" },
                },
            },
        });
        var account = await cora.ReadAsync(
            HttpMethod.Post, "/api/v1/admin/service-accounts",
            new { name = "Shop", scopes = new[] { "notifications:send", "notifications:read" }, mode = "live" }, HttpStatusCode.Created);

        // The account sends in both languages.
        var shop = await Service.As(null).AccountAsync(account.GetProperty("clientId").GetString()!, account.GetProperty("clientSecret").GetString()!);
        var english = await DeliveredAsync(shop, cora, "ann", "en");
        var french = await DeliveredAsync(shop, cora, "zoe", "fr-CA");

        (english.GetProperty("subject").GetString(), french.GetProperty("subject").GetString()).ShouldBe(("Welcome to First & Day", "Bienvenue chez First & Day"));
        english.GetProperty("html").GetString()!.ShouldContain("Good to see you, ann.");
        french.GetProperty("html").GetString()!.ShouldContain("Ravis de vous voir, zoe.");
        foreach (var mail in new[] { english, french })
        {
            mail.GetProperty("html").GetString()!.ShouldContain("background:#0b6e4f");
            mail.GetProperty("html").GetString()!.ShouldContain("First &amp; Day");
        }

        // All of that is on record, and the record holds.
        var actions = (await owner.GetAsync("/api/v1/admin/audit-log?limit=100")).GetProperty("items").EnumerateArray()
            .Select(entry => (entry.GetProperty("action").GetString(), entry.GetProperty("actor").GetProperty("name").GetString())).ToList();
        foreach (var action in new[] { ("tenant.changed", "Olga"), ("user.invited", "Olga"), ("template.published", "Cora"), ("service_account.created", "Cora") })
            actions.ShouldContain(action);
        actions.Select(entry => entry.Item1).ShouldContain("user.linked");
        (await owner.ReadAsync(HttpMethod.Post, "/api/v1/admin/audit-log/verify")).GetProperty("valid").GetBoolean().ShouldBeTrue();
    }

    /// <summary>What the README prints is what a shell runs here, letter by letter.</summary>
    [Fact]
    public async Task The_five_calls_of_the_README_lead_to_a_delivered_e_mail()
    {
        var script = string.Join('\n', "set -eu", $"API={Service.Client.BaseAddress!.OriginalString.TrimEnd('/')}", FiveCalls(), "echo", "echo \"$TOKEN\"", "");

        var lines = (await Tool.RunAsync(Repository.Root, "bash", [], script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(2, "the notification, and what was added to the calls");
        var shop = Service.As(lines[1]);
        var notification = await EndedAsync(shop, JsonElement.Parse(lines[0]).GetProperty("id").GetGuid());
        notification.GetProperty("status").GetString().ShouldBe("delivered");
        notification.GetProperty("deliveries").EnumerateArray().ShouldHaveSingleItem().GetProperty("channel").GetString().ShouldBe("email");
    }

    private static string FiveCalls()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var section = readme[readme.IndexOf("## Five calls", StringComparison.Ordinal)..];
        var start = section.IndexOf("```bash\n", StringComparison.Ordinal) + "```bash\n".Length;
        return section[start..section.IndexOf("```", start, StringComparison.Ordinal)];
    }

    /// <summary>Sends to somebody and answers the mail as the sandbox was given it.</summary>
    private static async Task<JsonElement> DeliveredAsync(ApiClient shop, ApiClient admin, string name, string locale)
    {
        var sent = await shop.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send",
            new { template = "hello", channel = "email", recipient = new { email = $"{name}@example.com", name, locale }, data = new { } }, HttpStatusCode.Accepted);
        var id = sent.GetProperty("id").GetGuid();
        (await EndedAsync(shop, id)).GetProperty("status").GetString().ShouldBe("delivered");
        return (await admin.GetAsync($"/api/v1/admin/sandbox/messages?notificationId={id}")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("message");
    }

    private static Task<JsonElement> EndedAsync(ApiClient caller, Guid id) => Eventually.ValueAsync(
        () => caller.NotificationAsync(id), static found => found.GetProperty("status").GetString() is not ("queued" or "sending" or "sent"), Patience);

    /// <summary>A service that knows the issuer of a company which has not registered yet.</summary>
    public sealed class Fixture(PostgresCluster cluster) : IAsyncLifetime
    {
        private SignInService? service;
        private OidcProvider? issuer;

        public SignInService Service => service!;

        public OidcProvider Issuer => issuer!;

        public async ValueTask InitializeAsync()
        {
            issuer = await OidcProvider.StartAsync(
                new Dictionary<string, object> { ["cora"] = new { tenant_id = Company, roles = Array.Empty<string>(), email = Colleague, email_verified = true } },
                new Dictionary<string, (string, object)>());
            service = new SignInService(
                cluster, isInProcess: true, ("Notification__Oidc__Issuers__0__Authority", issuer.Authority.OriginalString), ("Notification__Oidc__Issuers__0__Audience", OidcProvider.Audience),
                ("Notification__Oidc__Issuers__0__Tenants", Company));
            await service.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (service is not null)
                await service.DisposeAsync();
            if (issuer is not null)
                await issuer.DisposeAsync();
        }
    }
}
