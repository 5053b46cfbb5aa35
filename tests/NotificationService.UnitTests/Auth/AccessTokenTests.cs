using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Host.Auth;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

public sealed class AccessTokenTests
{
    [Fact]
    public void A_service_accounts_token_says_who_bears_it()
    {
        var read = Tokens.Verify(Tokens.Write(Tokens.For(Tokens.Service))).ShouldNotBeNull();

        read.Caller.Tenant.ShouldBe(Tokens.Service.Tenant);
        read.Caller.Id.ShouldBe(Tokens.Service.Id);
        read.Caller.Kind.ShouldBe(CallerKind.ServiceAccount);
        read.Caller.Live.ShouldBeFalse();
        read.Caller.Scopes.ShouldBe([Scopes.Send, Scopes.Read], ignoreOrder: true);
        read.Caller.Roles.ShouldBeEmpty();
        read.ExpiresAt.ShouldBe(Tokens.Now.AddMinutes(15));
    }

    [Fact]
    public void A_persons_token_carries_roles_the_recipient_id_and_the_sign_in()
    {
        var signIn = new Guid("01900000-0000-7000-8000-0000000000dd");

        var read = Tokens.Verify(Tokens.Write(Tokens.For(Tokens.Person) with { SignIn = signIn })).ShouldNotBeNull();

        read.Caller.UserId.ShouldBe("ann");
        read.Caller.Roles.ShouldBe([UserRoles.Admin]);
        read.Caller.Scopes.ShouldBeEmpty();
        read.SignIn.ShouldBe(signIn);
    }

    [Fact]
    public void A_token_of_an_older_key_is_good_as_long_as_the_key_is_configured()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Service), Tokens.OldKey);

        Tokens.Verify(token, $"{Tokens.NewKey},{Tokens.OldKey}").ShouldNotBeNull();
        Tokens.Verify(token, Tokens.NewKey).ShouldBeNull();
    }

    /// <summary>Signed by the build before the one that signs with the library: the names of its header stand in another order.</summary>
    [Fact]
    public void A_token_that_an_earlier_build_signed_is_good()
    {
        const string Earlier =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im5ldyJ9"
            + ".eyJpc3MiOiJub3RpZmljYXRpb24tc2VydmljZSIsImF1ZCI6Im5vdGlmaWNhdGlvbi1zZXJ2aWNlIiwiaWF0IjoxNzc3ODYzNzIxLCJuYmYiOjE3Nzc4NjM3MjEsImV4cCI6MTc3Nzg2NDYyMSwianRpIjoiMDE5ZGYwZmItMTAw"
            + "MC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwic3ViIjoiMDE5MDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMGNjIiwidGVuYW50IjoiMDE5MDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMGFhIiwia2luZCI6InVz"
            + "ZXIiLCJsaXZlIjp0cnVlLCJ1aWQiOiJhbm4iLCJzaWQiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwZGQiLCJyb2xlcyI6WyJhZG1pbiJdfQ"
            + "._oL3_ehdJgvKNmFUhuXAkBvCDG0DPSjapTD7kcuwakQ";

        var read = Tokens.Verify(Earlier).ShouldNotBeNull();

        (read.Caller.Tenant, read.Caller.Id, read.Caller.UserId).ShouldBe((Tokens.Person.Tenant, Tokens.Person.Id, "ann"));
        read.Caller.Roles.ShouldBe([UserRoles.Admin]);
        read.SignIn.ShouldBe(new Guid("01900000-0000-7000-8000-0000000000dd"));
        read.ExpiresAt.ShouldBe(Tokens.Now.AddMinutes(15));
    }

    [Fact]
    public void A_token_says_what_it_always_said_and_nothing_else()
    {
        var bound = Tokens.For(Tokens.Person with { Roles = Scopes.Of([UserRoles.Viewer, UserRoles.Admin]) }) with
        {
            SignIn = new Guid("01900000-0000-7000-8000-0000000000dd"),
            AllowedNetworks = AllowedNetworks.Parse(["192.0.2.0/24", "2001:db8::/32"]),
        };

        var claims = JsonDocument.Parse(Tokens.Decode(Tokens.Write(bound).Split('.')[1])).RootElement.EnumerateObject().Where(claim => claim.Name != "jti")
            .ToDictionary(claim => claim.Name, claim => claim.Value.GetRawText(), StringComparer.Ordinal);

        claims.ShouldBe(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["iss"] = "\"notification-service\"",
                ["aud"] = "\"notification-service\"",
                ["iat"] = "1777863721",
                ["nbf"] = "1777863721",
                ["exp"] = "1777864621",
                ["sub"] = "\"01900000-0000-7000-8000-0000000000cc\"",
                ["tenant"] = "\"01900000-0000-7000-8000-0000000000aa\"",
                ["kind"] = "\"user\"",
                ["live"] = "true",
                ["uid"] = "\"ann\"",
                ["sid"] = "\"01900000-0000-7000-8000-0000000000dd\"",
                ["roles"] = "[\"admin\",\"viewer\"]",
                ["nets"] = "[\"192.0.2.0/24\",\"2001:db8::/32\"]",
            },
            ignoreOrder: true);
    }

    [Fact]
    public void It_ends_at_the_second_it_names()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Service));

        Tokens.Verify(token, at: Tokens.Now.AddSeconds(899)).ShouldNotBeNull();
        Tokens.Verify(token, at: Tokens.Now.AddSeconds(900)).ShouldBeNull();
        Tokens.Verify(token, at: Tokens.Now.AddSeconds(961)).ShouldBeNull();
    }

    [Fact]
    public void A_node_whose_clock_is_a_little_behind_takes_a_token_just_made()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Service));

        Tokens.Verify(token, at: Tokens.Now.AddSeconds(-30)).ShouldNotBeNull();
        Tokens.Verify(token, at: Tokens.Now.AddSeconds(-31)).ShouldBeNull();
    }

    [Fact]
    public void Flipping_any_bit_of_any_byte_makes_it_bad()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Person));

        Prop.ForAll(Gen.Choose(0, token.Length - 1).ToArbitrary(), Gen.Choose(0, 6).ToArbitrary(), (position, bit) =>
        {
            var bytes = token.ToCharArray();
            bytes[position] = (char)(bytes[position] ^ (1 << bit));
            return Tokens.Verify(new string(bytes)) is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Every_single_byte_counts()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Service));

        Enumerable.Range(0, token.Length)
            .Where(at => Tokens.Verify($"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}") is not null)
            .ShouldBeEmpty();
    }
}
