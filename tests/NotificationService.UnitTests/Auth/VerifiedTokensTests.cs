using NotificationService.Host.Auth;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Auth;

/// <summary>Known tokens are remembered, and only so many.</summary>
public sealed class VerifiedTokensTests
{
    private readonly ManualTime time = new(Tokens.Now);

    [Fact]
    public async Task A_flood_of_good_tokens_never_takes_more_than_its_places_and_a_flood_of_bad_ones_takes_none()
    {
        var writer = new AccessTokenWriter(Tokens.Keys(Tokens.NewKey), new Ids(time), time);
        var tokens = Known();

        for (var i = 0; i < 1_000; i++)
            (await tokens.FindAsync($"bad.{i}.token", CancellationToken.None)).ShouldBeNull();
        tokens.Count.ShouldBe(0);
        for (var i = 0; i < VerifiedTokens.Capacity + 1_000; i++)
        {
            (await tokens.FindAsync(writer.Write(Tokens.For(Tokens.Service)), CancellationToken.None)).ShouldNotBeNull();
            tokens.Count.ShouldBeLessThanOrEqualTo(VerifiedTokens.Capacity);
        }
    }

    [Fact]
    public async Task A_known_token_is_good_until_the_second_it_names_and_then_forgotten()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Person));
        var tokens = Known();
        var first = (await tokens.FindAsync(token, CancellationToken.None)).ShouldNotBeNull();

        time.Advance(TimeSpan.FromSeconds(899));
        (await tokens.FindAsync(token, CancellationToken.None)).ShouldBeSameAs(first);
        tokens.Count.ShouldBe(1);

        time.Advance(TimeSpan.FromSeconds(1));
        (await tokens.FindAsync(token, CancellationToken.None)).ShouldBeNull();
        tokens.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Another_text_for_a_known_token_is_no_token()
    {
        var token = Tokens.Write(Tokens.For(Tokens.Person));
        var tokens = Known();
        (await tokens.FindAsync(token, CancellationToken.None)).ShouldNotBeNull();

        // The lowest two bits of the last character carry nothing.
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var last = Alphabet.IndexOf(token[^1], StringComparison.Ordinal);
        for (var unused = 1; unused <= 3; unused++)
            (await tokens.FindAsync($"{token[..^1]}{Alphabet[last + unused]}", CancellationToken.None)).ShouldBeNull();
        tokens.Count.ShouldBe(1);
    }

    private VerifiedTokens Known() => new(
        new AccessTokenVerifier(Tokens.Keys(Tokens.NewKey), time), new EndedTokens(new Database(new StorageOptions { ConnectionString = "Host=unused" }), time), time);
}
