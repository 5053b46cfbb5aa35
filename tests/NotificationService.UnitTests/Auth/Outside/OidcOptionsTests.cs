using Microsoft.Extensions.Configuration;
using NotificationService.Host.Auth.Outside;
using NotificationService.Host.Configuration;
using NotificationService.Outbound;

namespace NotificationService.UnitTests.Auth.Outside;

/// <summary>Issuers in the settings.</summary>
public sealed class OidcOptionsTests
{
    [Fact]
    public void The_bare_pair_is_one_more_issuer()
    {
        var options = Bind(("Authority", "https://a.example"), ("Audience", "ns"), ("Tenants", "acme"), ("Issuers:0:Authority", "https://b.example"), ("Issuers:0:Audience", "ns"), ("Issuers:0:RolesClaim", "r"));

        Errors(options).ShouldBeNull();
        options.Options.All().Select(issuer => (issuer.Issuer.Authority, issuer.Issuer.Tenants, issuer.Issuer.RolesClaim))
            .ShouldBe([("https://a.example", "acme", null), ("https://b.example", null, "r")]);
    }

    [Fact]
    public void Without_settings_there_is_no_issuer() => Bind().Options.All().ShouldBeEmpty();

    [Theory]
    [InlineData("Issuers:0:Audience", "ns", "Notification__Oidc__Issuers__0__Authority is an address")]
    [InlineData("Issuers:0:Authority", "https://a.example", "Notification__Oidc__Issuers__0__Audience is what")]
    [InlineData("Authority", "http://a.example", "by https")]
    [InlineData("Authority", "https://a:b@a.example", "Notification__Oidc__Authority is an address")]
    [InlineData("Authority", "https://a.example?x=1", "Notification__Oidc__Authority is an address")]
    [InlineData("Authority", "file:///etc/passwd", "Notification__Oidc__Authority is an address")]
    [InlineData("Tenants", "*", "Notification__Oidc__Authority is an address")]
    [InlineData("Issuers:0:Tenant", "acme", "there is no setting Notification__Oidc__Issuers__0__Tenant")]
    [InlineData("Issuers:0:UserClaim", " ", "names of claims")]
    public void What_is_wrong_is_named(string name, string value, string error) => Errors(Bind((name, value))).ShouldNotBeNull().ShouldContain(error);

    [Fact]
    public void One_issuer_stands_there_once() =>
        Errors(Bind(("Authority", "https://a.example"), ("Audience", "ns"), ("Issuers:0:Authority", "https://a.example/"), ("Issuers:0:Audience", "ns")))
            .ShouldNotBeNull().ShouldContain("Notification__Oidc__Issuers__0 has the authority and the audience of Notification__Oidc");

    [Fact]
    public void Plain_http_is_for_who_allows_private_endpoints() =>
        Errors(Bind(("Authority", "http://localhost:8180/realms/demo"), ("Audience", "ns")), allowPrivate: true).ShouldBeNull();

    private static (OidcOptions Options, IConfiguration Configuration) Bind(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"{OidcOptions.Section}:{setting.Name}", setting.Value))).Build();
        KnownSettings.Check(configuration);
        return (configuration.GetSection(OidcOptions.Section).Get<OidcOptions>() ?? new OidcOptions(), configuration);
    }

    private static string? Errors((OidcOptions Options, IConfiguration Configuration) bound, bool allowPrivate = false) =>
        new OidcOptionsCheck(bound.Configuration, new EndpointGuard(allowPrivate)).Validate(null, bound.Options).FailureMessage;
}
