using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Host.Auth.Outside;

namespace NotificationService.UnitTests.Auth.Outside;

/// <summary>What the claims of a verified token come to.</summary>
public sealed class OutsideClaimsTests
{
    [Theory]
    [InlineData("""{"realm_access":{"roles":["offline_access","admin","viewer"]}}""", null, "admin,viewer")]
    [InlineData("""{"roles":["operator","root"]}""", null, "operator")]
    [InlineData("""{"realm_access":{"roles":["viewer"]},"roles":["admin"]}""", null, "viewer")]
    [InlineData("""{"roles":"viewer operator"}""", null, "viewer,operator")]
    [InlineData("""{"roles":["Admin","ADMIN"," admin"]}""", null, "")]
    [InlineData("""{"roles":[1,null,{"admin":true},["admin"]]}""", null, "")]
    [InlineData("""{"roles":7}""", null, "")]
    [InlineData("""{"roles":["admin"]}""", "groups", "")]
    [InlineData("""{"resource_access":{"shop":{"roles":["admin"]}}}""", "resource_access.shop.roles", "admin")]
    [InlineData("""{"https://example.com/roles":["admin"]}""", "https://example.com/roles", "admin")]
    [InlineData("""{"a.b":["admin"],"a":{"b":["viewer"]}}""", "a.b", "admin")]
    [InlineData("""{"roles":["platform_admin","viewer"]}""", null, "viewer")]
    [InlineData("""{}""", null, "")]
    public void Roles_come_from_the_claim_that_is_configured_and_are_known_ones(string claims, string? rolesClaim, string roles) =>
        string.Join(',', Read(claims, new OidcIssuerOptions { RolesClaim = rolesClaim })!.Roles).ShouldBe(roles);

    [Fact]
    public void A_platform_admin_needs_leave() =>
        Read("""{"roles":["platform_admin"]}""", new OidcIssuerOptions { AllowPlatformAdmin = true })!.Roles.ShouldBe(["platform_admin"]);

    [Theory]
    [InlineData("""{"email":"ann@example.com","email_verified":true}""", "ann@example.com")]
    [InlineData("""{"email":"ann@example.com","email_verified":false}""", null)]
    [InlineData("""{"email":"ann@example.com","email_verified":"true"}""", null)]
    [InlineData("""{"email":"ann@example.com","email_verified":1}""", null)]
    [InlineData("""{"email":"ann@example.com"}""", null)]
    [InlineData("""{"email":["ann@example.com"],"email_verified":true}""", null)]
    public void An_address_counts_when_the_issuer_has_verified_it(string claims, string? email) => Read(claims)!.Email.ShouldBe(email);

    [Fact]
    public void Groups_are_names_and_no_more_than_fifty()
    {
        var groups = new JsonArray([.. Enumerable.Range(0, 70).Select(i => (JsonNode)$"group {i}")]);
        Read(new JsonObject { ["groups"] = groups }.ToJsonString())!.Groups.Count.ShouldBe(OutsideClaims.MaxGroups);
        Read("""{"groups":["landlord","landlord","customer:42","a\u0000b","",7]}""")!.Groups.ShouldBe(["landlord", "customer:42"]);
        Read($$"""{"groups":["{{new string('x', 129)}}"]}""")!.Groups.ShouldBeEmpty();
        Read("""{"memberOf":["a"]}""", new OidcIssuerOptions { GroupsClaim = "memberOf" })!.Groups.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("""{"client_id":"subject","scope":"notifications:send openid"}""", "notifications:send")]
    [InlineData("""{"azp":"subject","roles":["notifications:read","viewer"]}""", "notifications:read")]
    [InlineData("""{"client_id":"subject","roles":["admin"]}""", "admin")]
    [InlineData("""{"client_id":"Shop","preferred_username":"service-account-shop","realm_access":{"roles":["notifications:send"]}}""", "notifications:send")]
    [InlineData("""{"client_id":"subject"}""", "")]
    public void A_program_that_signed_in_for_itself_has_scopes(string claims, string scopes)
    {
        var read = Read(claims).ShouldNotBeNull();

        read.IsService.ShouldBeTrue();
        read.Roles.ShouldBeEmpty();
        string.Join(',', read.Scopes).ShouldBe(scopes);
    }

    [Theory]
    [InlineData("""{"client_id":"shop","scope":"admin"}""")]
    [InlineData("""{"azp":"shop","preferred_username":"service-account-shop","scope":"admin"}""")]
    [InlineData("""{"client_id":"shop","sid":"1","preferred_username":"service-account-shop","scope":"admin"}""")]
    public void A_person_has_no_scopes_whatever_the_token_names(string claims)
    {
        var read = Read(claims).ShouldNotBeNull();

        read.IsService.ShouldBeFalse();
        read.Scopes.ShouldBeEmpty();
        read.Roles.ShouldBeEmpty();
    }

    [Fact]
    public void The_person_and_the_tenant_have_the_claims_that_are_configured()
    {
        var options = new OidcIssuerOptions { UserClaim = "preferred_username", TenantClaim = "org.id" };
        var read = Read("""{"preferred_username":"ann","org":{"id":"acme"}}""", options).ShouldNotBeNull();

        (read.UserId, read.Tenant, read.Subject).ShouldBe(("ann", "acme", "subject"));
        Read("""{"org":{"id":"acme"}}""", options).ShouldBeNull();
        Read("""{"preferred_username":"ann","org":"acme"}""", options).ShouldBeNull();
        Read("""{"preferred_username":"LONG","org":{"id":"acme"}}""".Replace("LONG", new string('x', 129), StringComparison.Ordinal), options).ShouldBeNull();
    }

    private static OutsideClaims? Read(string json, OidcIssuerOptions? options = null)
    {
        var claims = JsonNode.Parse(json)!.AsObject();
        claims["sub"] = "subject";
        claims.TryAdd("tenant_id", "acme");
        return OutsideClaims.Read(JsonElement.Parse(claims.ToJsonString()), options ?? new OidcIssuerOptions(), "https://issuer", Tokens.Now);
    }
}
