using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NotificationService.Host.Auth.Outside;

namespace NotificationService.UnitTests.Auth.Outside;

/// <summary>How an issuer's keys are read: seldom, once for all who wait, and without it the service goes on.</summary>
public sealed class OutsideIssuerTests
{
    private readonly FakeIssuer issuer = new();

    [Fact]
    public async Task A_new_key_is_found_without_a_restart_and_a_removed_one_is_forgotten()
    {
        var verifier = issuer.Verifier();
        using var second = RSA.Create(2048);
        var token = FakeIssuer.Token(header: FakeIssuer.Header(keyId: "second"), key: second);
        (await IsGoodAsync(verifier, FakeIssuer.Token())).ShouldBeTrue();
        (await IsGoodAsync(verifier, token)).ShouldBeFalse();

        issuer.Publish(FakeIssuer.Jwk("second", second));
        issuer.TakeBack("first");
        (await IsGoodAsync(verifier, token)).ShouldBeFalse("a minute has not passed since the last reading");
        issuer.Readings.ShouldBe(1);
        issuer.Time.Advance(TimeSpan.FromSeconds(60));

        (await IsGoodAsync(verifier, token)).ShouldBeTrue();
        (await IsGoodAsync(verifier, FakeIssuer.Token())).ShouldBeFalse();
        issuer.Readings.ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_sends_unknown_keys_the_issuer_is_asked_once_a_minute()
    {
        var verifier = issuer.Verifier();

        for (var second = 0; second < 600; second++)
        {
            (await IsGoodAsync(verifier, FakeIssuer.Token(claims => claims["exp"] = Tokens.Now.AddHours(1).ToUnixTimeSeconds(), FakeIssuer.Header(keyId: $"k{second}")))).ShouldBeFalse();
            issuer.Time.Advance(TimeSpan.FromSeconds(1));
        }

        issuer.Readings.ShouldBeInRange(9, 11);
    }

    [Fact]
    public async Task All_who_wait_wait_for_one_reading()
    {
        var barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        issuer.Barrier = barrier.Task;
        var verifier = issuer.Verifier();

        var waiting = Enumerable.Range(0, 100).Select(_ => IsGoodAsync(verifier, FakeIssuer.Token())).ToList();
        barrier.SetResult();

        (await Task.WhenAll(waiting)).ShouldAllBe(good => good);
        issuer.Readings.ShouldBe(1);
    }

    [Fact]
    public async Task While_an_issuer_was_never_read_its_tokens_are_neither_good_nor_bad_and_it_is_asked_seldom()
    {
        issuer.Fault = new HttpRequestException(HttpRequestError.ConnectionError);
        var verifier = issuer.Verifier();

        for (var i = 0; i < 50; i++)
            await Should.ThrowAsync<IssuerUnavailableException>(() => IsGoodAsync(verifier, FakeIssuer.Token()));
        issuer.Readings.ShouldBe(1);
        (await IsGoodAsync(verifier, FakeIssuer.Token(claims => claims["aud"] = "someone"))).ShouldBeFalse();

        issuer.Fault = null;
        issuer.Time.Advance(TimeSpan.FromSeconds(11));
        (await IsGoodAsync(verifier, FakeIssuer.Token())).ShouldBeTrue();
    }

    [Fact]
    public async Task While_an_issuer_is_away_its_last_keys_hold_for_a_day()
    {
        var issuers = issuer.Issuers();
        var outside = issuers.All.ShouldHaveSingleItem();
        await outside.RefreshAsync(CancellationToken.None);
        issuer.Fault = new HttpRequestException("secret of theirs", null, HttpStatusCode.BadGateway);

        issuer.Time.Advance(TimeSpan.FromHours(23));
        (await Should.ThrowAsync<IssuerUnavailableException>(() => outside.RefreshAsync(CancellationToken.None))).Message.ShouldContain("it answered 502");
        (await outside.FindKeyAsync("first", CancellationToken.None)).Key.ShouldNotBeNull();

        issuer.Time.Advance(TimeSpan.FromHours(2));
        await Should.ThrowAsync<IssuerUnavailableException>(async () => await outside.FindKeyAsync("first", CancellationToken.None));
    }

    [Fact]
    public async Task One_issuer_that_hangs_holds_up_no_other()
    {
        var other = new FakeIssuer { Barrier = new TaskCompletionSource().Task };
        var slow = new OutsideIssuer(FakeIssuer.Options("https://slow.example.com"), other, other.Time);
        var verifier = issuer.Verifier();
        var waiting = slow.FindKeyAsync("first", CancellationToken.None).AsTask();

        (await IsGoodAsync(verifier, FakeIssuer.Token())).ShouldBeTrue();

        waiting.IsCompleted.ShouldBeFalse();
        await Testing.Eventually.TrueAsync(() => Task.FromResult(other.Time.Timers > 0), TimeSpan.FromSeconds(30));
        other.Time.Advance(TimeSpan.FromSeconds(9));
        await Should.ThrowAsync<IssuerUnavailableException>(() => waiting);
        slow.Failure.ShouldBe("it took too long");
    }

    [Fact]
    public async Task A_description_of_another_issuer_is_not_believed()
    {
        issuer.Name = "https://attacker.example";
        var outside = issuer.Issuers().All[0];

        await Should.ThrowAsync<IssuerUnavailableException>(async () => await outside.FindKeyAsync("first", CancellationToken.None));
        outside.Failure.ShouldBe("its description is of another issuer");
    }

    [Fact]
    public async Task The_issuer_says_itself_whether_a_slash_ends_its_name()
    {
        issuer.Name = FakeIssuer.Address + "/";
        var verifier = issuer.Verifier();

        (await IsGoodAsync(verifier, FakeIssuer.Token())).ShouldBeFalse();
        (await IsGoodAsync(verifier, FakeIssuer.Token(claims => claims["iss"] = FakeIssuer.Address + "/"))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a key for encryption", """{"use":"enc"}""")]
    [InlineData("a key for another algorithm", """{"alg":"RS512"}""")]
    [InlineData("a key of another kind", """{"kty":"EC","crv":"P-256"}""")]
    [InlineData("a symmetric key", """{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    public async Task A_key_that_is_not_for_this_is_not_used(string what, string changed)
    {
        using var rsa = RSA.Create(2048);
        var key = FakeIssuer.Jwk("second", rsa);
        foreach (var (name, value) in JsonNode.Parse(changed)!.AsObject())
            key[name] = value!.DeepClone();
        issuer.Publish(key);

        (await IsGoodAsync(issuer.Verifier(), FakeIssuer.Token(header: FakeIssuer.Header(keyId: "second"), key: rsa))).ShouldBeFalse(what);
    }

    [Fact]
    public async Task A_short_key_is_not_used()
    {
        using var rsa = RSA.Create(1024);
        issuer.Publish(FakeIssuer.Jwk("short", rsa));

        (await IsGoodAsync(issuer.Verifier(), FakeIssuer.Token(header: FakeIssuer.Header(keyId: "short"), key: rsa))).ShouldBeFalse();
    }

    private static async Task<bool> IsGoodAsync(OutsideTokenVerifier verifier, string token) => await verifier.VerifyAsync(token, CancellationToken.None) is not null;
}
