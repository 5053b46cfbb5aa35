using System.Net;
using NotificationService.Outbound;

namespace NotificationService.UnitTests.Outbound;

public sealed class EndpointUrlTests
{
    private static readonly EndpointGuard Strict = new(allowPrivate: false, Lookup);
    private static readonly EndpointGuard Lenient = new(allowPrivate: true, Lookup);

    [Theory]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("HTTPS://EXAMPLE.com:443/Hook?A=1", "https://example.com/Hook?A=1")]
    [InlineData("https://example.com:8443/hook", "https://example.com:8443/hook")]
    [InlineData("https://example.com:80/", "https://example.com:80/")]
    [InlineData("https://example.com:12345/", "https://example.com:12345/")]
    [InlineData("https://example.com./a", "https://example.com/a")]
    [InlineData("https://bücher.example/ü?q=ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC")]
    [InlineData("https://аpple.com/", "https://xn--pple-43d.com/")] // the first letter is Cyrillic
    [InlineData("https://ｅｘａｍｐｌｅ.com/", "https://example.com/")]
    [InlineData("https://134744072/", "https://8.8.8.8/")]
    [InlineData("https://0x08080808/x", "https://8.8.8.8/x")]
    [InlineData("https://⑧.⑧.⑧.⑧/", "https://8.8.8.8/")]
    [InlineData("https://[2606:4700:4700:0::1111]:8443/", "https://[2606:4700:4700::1111]:8443/")]
    [InlineData("https://example.com/a/../b/%7Ec", "https://example.com/b/~c")]
    [InlineData("https://my_host.example.com/%0d%0aX", "https://my_host.example.com/%0d%0aX")]
    public async Task An_address_is_kept_as_it_will_be_called(string text, string kept) =>
        (await EndpointUrl.ReadAsync(text, Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Usable>().Url.AbsoluteUri.ShouldBe(kept);

    /// <summary>Whatever was normalised reads the same again, so that what was checked is what is called.</summary>
    [Theory]
    [InlineData("https://bücher.example/ü?q=ü")]
    [InlineData("https://example.com/a%2fb/%25?x=%20a")]
    [InlineData("https://0x08080808/x")]
    public async Task A_kept_address_means_the_same_when_it_is_read_again(string text)
    {
        var once = (await EndpointUrl.ReadAsync(text, Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Usable>().Url;
        var twice = (await EndpointUrl.ReadAsync(once.AbsoluteUri, Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Usable>().Url;

        twice.AbsoluteUri.ShouldBe(once.AbsoluteUri);
        twice.IdnHost.ShouldBe(once.IdnHost);
    }

    [Theory]
    [InlineData("http://127.0.0.1/", "url_scheme,url_address_forbidden")]
    [InlineData("https://127.0.0.1/", "url_address_forbidden")]
    [InlineData("https://0x7f000001/", "url_address_forbidden")]
    [InlineData("https://2130706433/", "url_address_forbidden")]
    [InlineData("https://017700000001/", "url_address_forbidden")]
    [InlineData("https://127.1/", "url_address_forbidden")]
    [InlineData("https://0/", "url_address_forbidden")]
    [InlineData("https://0.0.0.0/", "url_address_forbidden")]
    [InlineData("https://[::]/", "url_address_forbidden")]
    [InlineData("https://[::1]/", "url_address_forbidden")]
    [InlineData("https://[::ffff:127.0.0.1]/", "url_address_forbidden")]
    [InlineData("https://[::ffff:7f00:1]/", "url_address_forbidden")]
    [InlineData("https://[::127.0.0.1]/", "url_address_forbidden")]
    [InlineData("https://[64:ff9b::a9fe:a9fe]/", "url_address_forbidden")]
    [InlineData("https://[2002:a9fe:a9fe::]/", "url_address_forbidden")]
    [InlineData("https://[fec0::1]/", "url_address_forbidden")]
    [InlineData("https://[fd00::1]/", "url_address_forbidden")]
    [InlineData("https://[fe80::1%25eth0]/", "url_address_forbidden")]
    [InlineData("https://[2001:0:7f00:1::]/", "url_address_forbidden")]
    [InlineData("https://①②⑦.⓪.⓪.①/", "url_address_forbidden")]
    [InlineData("https://127。0。0。1/", "url_address_forbidden")]
    [InlineData("https://169.254.169.254/latest/meta-data", "url_address_forbidden")]
    [InlineData("https://0251.0376.0251.0376/", "url_address_forbidden")]
    [InlineData("https://168.63.129.16/", "url_address_forbidden")]
    [InlineData("https://100.100.100.200/", "url_address_forbidden")]
    [InlineData("https://metadata.google.internal/", "url_address_forbidden")]
    [InlineData("https://user:pw@169.254.169.254/", "url_credentials,url_address_forbidden")]
    [InlineData("http://example.com:80@127.0.0.1/", "url_scheme,url_credentials,url_address_forbidden")]
    [InlineData("https://user@example.com/", "url_credentials")]
    [InlineData("https://@example.com/", "url_credentials")]
    [InlineData("https://localhost./", "url_address_forbidden")]
    [InlineData("https://LOCALHOST", "url_address_forbidden")]
    [InlineData("https://x.localhost/", "url_address_forbidden")]
    [InlineData("https://10-0-0-1.nip.example/", "url_address_forbidden")]
    [InlineData("https://mixed.example/", "url_address_forbidden")]
    [InlineData("//evil.com/x", "url_scheme")]
    [InlineData("http:///foo", "url_scheme")]
    [InlineData("https:///foo", "url_invalid")]
    [InlineData("file:///etc/passwd", "url_scheme")]
    [InlineData("gopher://example.com/", "url_scheme")]
    [InlineData("ftp://example.com/", "url_scheme")]
    [InlineData("jar:https://example.com!/", "url_scheme")]
    [InlineData("unix:/var/run/docker.sock", "url_scheme")]
    [InlineData("javascript:alert(1)", "url_scheme")]
    [InlineData("example.com/hook", "url_scheme")]
    [InlineData("", "url_scheme")]
    [InlineData("http://example.com/", "url_scheme")]
    [InlineData("https://example.com:0/", "url_port")]
    [InlineData("https://example.com:22/", "url_port")]
    [InlineData("https://example.com:25/", "url_port")]
    [InlineData("https://example.com:6379/", "url_port")]
    [InlineData("https://example.com:5432/", "url_port")]
    [InlineData("https://example.com:11211/", "url_port")]
    [InlineData("https://example.com:99999/", "url_port")]
    [InlineData("https://example.com:99999999999999999999/", "url_port")]
    [InlineData("https://[2606:4700:4700::1111]:22/", "url_port")]
    [InlineData("https://example.com:x/", "url_invalid")]
    [InlineData("https://example.com/#a", "url_fragment")]
    [InlineData("https://example.com/%00", "url_invalid")]
    [InlineData("https://example.com/a\r\nHost: b", "url_invalid")]
    [InlineData("https://example.com/?a\nb", "url_invalid")]
    [InlineData("https://example.com/a b", "url_invalid")]
    [InlineData(" https://example.com/", "url_invalid")]
    [InlineData("https://example.com\\@127.0.0.1/", "url_invalid")]
    [InlineData("https://exa%6dple.com@/", "url_credentials")]
    [InlineData("https://", "url_invalid")]
    [InlineData("https://a..b/", "url_invalid")]
    [InlineData("https://aא.example/", "url_invalid")] // letters of two directions
    [InlineData("https://bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.bücher.example/", "url_invalid")]
    [InlineData("https://[::1/", "url_invalid")]
    [InlineData("https://example.com／@127.0.0.1/", "url_credentials,url_address_forbidden")]
    [InlineData("https://127.0.0.1／.example.com/", "url_invalid")]
    [InlineData("https://example.com⁄x/", "url_invalid")]
    [InlineData("https://𝟏𝟐𝟕.0.0.1/", "url_address_forbidden")]
    [InlineData("https://ＬＯＣＡＬＨＯＳＴ/", "url_address_forbidden")]
    public async Task What_must_not_be_called_is_refused_each_fault_with_its_code(string text, string codes)
    {
        var refused = (await EndpointUrl.ReadAsync(text, Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Refused>();

        string.Join(',', refused.Faults.Select(fault => fault.Code)).ShouldBe(codes);
        refused.Faults.ShouldAllBe(fault => fault.Message.EndsWith('.'));
    }

    [Fact]
    public async Task An_address_has_a_longest()
    {
        (await EndpointUrl.ReadAsync("https://example.com/" + new string('a', 2028), Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Usable>();
        var refused = (await EndpointUrl.ReadAsync("https://example.com/" + new string('a', 2029), Strict, CancellationToken.None)).ShouldBeOfType<EndpointAddress.Refused>();
        refused.Faults.ShouldHaveSingleItem().Code.ShouldBe("url_too_long");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9999/hook", null)]
    [InlineData("http://localhost:5005/", null)]
    [InlineData("https://10.0.0.1/", null)]
    [InlineData("http://127.0.0.1:5432/", "url_port")]
    [InlineData("ftp://127.0.0.1/", "url_scheme")]
    [InlineData("http://u@127.0.0.1/", "url_credentials")]
    public async Task Where_private_endpoints_are_allowed_the_other_rules_still_hold(string text, string? code)
    {
        var read = await EndpointUrl.ReadAsync(text, Lenient, CancellationToken.None);

        (read is EndpointAddress.Refused refused ? string.Join(',', refused.Faults.Select(fault => fault.Code)) : null).ShouldBe(code);
    }

    private static Task<IPAddress[]> Lookup(string host, CancellationToken cancellationToken) => Task.FromResult<IPAddress[]>(host switch
    {
        "10-0-0-1.nip.example" => [IPAddress.Parse("10.0.0.1")],
        "mixed.example" => [IPAddress.Parse("93.184.215.14"), IPAddress.Loopback],
        _ => [IPAddress.Parse("93.184.215.14")],
    });
}
