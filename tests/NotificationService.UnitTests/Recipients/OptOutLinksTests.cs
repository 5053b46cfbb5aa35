using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Recipients;

/// <summary>Links that nobody can guess, read or widen, and that outlast a change of keys.</summary>
public sealed class OptOutLinksTests
{
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly OptOutLink Link = new(new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11")), ChannelKind.Email, "ann@example.com", "Offres d’été");

    [Fact]
    public void What_was_sealed_is_read_again_and_is_the_same_text_each_time()
    {
        var links = Links("k1:1");

        foreach (var link in (OptOutLink[])[Link, Link with { Category = null }, Link with { Category = "" }, Link with { Address = new string('a', 308) + "@example.com", Category = new string('é', 100) }])
        {
            links.Open(links.Seal(link)).ShouldBe(link);
            links.Seal(link).ShouldBe(links.Seal(link));
        }

        links.Seal(Link).ShouldNotBe(links.Seal(Link with { Address = "bob@example.com" }));
        Link.ToString().ShouldNotContain("example.com");
    }

    [Fact]
    public void Any_other_text_is_no_link()
    {
        var links = Links("k1:1");
        var token = links.Seal(Link);

        for (var i = 0; i < token.Length; i++)
        {
            foreach (var other in Characters)
            {
                if (other != token[i])
                    links.Open($"{token[..i]}{other}{token[(i + 1)..]}").ShouldBeNull();
            }
        }

        foreach (var text in (string[])["", "a", token[..^1], token + "A", token + "=", " " + token, token.ToUpperInvariant(), new('A', 900), new('A', 1_000_000), "%00", "é"])
            links.Open(text).ShouldBeNull();
    }

    [Fact]
    public void A_link_works_as_long_as_its_key_is_there()
    {
        var token = Links("k1:1").Seal(Link);

        Links("k2:2,k1:1").Open(token).ShouldBe(Link);
        Links("k2:2,k1:1").Seal(Link).ShouldNotBe(token);
        Links("k2:2").Open(token).ShouldBeNull();
    }

    [Fact]
    public void There_is_no_address_without_a_public_url_and_none_that_is_too_long_for_a_header()
    {
        Links("k1:1").UrlOf(Link).ShouldBeNull();
        var links = Links("k1:1", "https://notify.example.com/base");
        links.UrlOf(Link).ShouldBe($"https://notify.example.com/base/u/{links.Seal(Link)}");
        links.UrlOf(Link with { Address = new string('a', 308) + "@example.com", Category = new string('é', 200) }).ShouldBeNull();
    }

    private static OptOutLinks Links(string keys, string? publicUrl = null) => new(
        MasterKeys.Parse(string.Join(',', keys.Split(',').Select(key => $"{key.Split(':')[0]}:{Convert.ToBase64String(Enumerable.Repeat(byte.Parse(key.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), 32).ToArray())}"))),
        PublicUrl.Of(publicUrl));
}
