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
