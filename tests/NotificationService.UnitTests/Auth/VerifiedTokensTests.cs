using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth;

/// <summary>Known tokens are remembered, and only so many.</summary>
public sealed class VerifiedTokensTests
{
    [Fact]
    public void A_flood_of_good_tokens_never_takes_more_than_its_places_and_a_flood_of_bad_ones_takes_none()
    {
        var time = new ManualTime(Tokens.Now);
        var keys = Tokens.Keys(Tokens.NewKey);
        var writer = new AccessTokenWriter(keys, new Ids(time), time);
        var tokens = new VerifiedTokens(new AccessTokenVerifier(keys, time), new DisabledSubjects(new Database(new StorageOptions { ConnectionString = "Host=unused" }), time), time);

        for (var i = 0; i < 1_000; i++)
            tokens.Find($"bad.{i}.token").ShouldBeNull();
        tokens.Count.ShouldBe(0);
        for (var i = 0; i < VerifiedTokens.Capacity + 1_000; i++)
        {
            tokens.Find(writer.Write(Tokens.For(Tokens.Service))).ShouldNotBeNull();
            tokens.Count.ShouldBeLessThanOrEqualTo(VerifiedTokens.Capacity);
        }
    }
}
