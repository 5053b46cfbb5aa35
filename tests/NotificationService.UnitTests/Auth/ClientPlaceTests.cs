using System.Net;
using NotificationService.Host.Auth;

namespace NotificationService.UnitTests.Auth;

public sealed class ClientPlaceTests
{
    [Theory]
    [InlineData("192.0.2.77", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.0/24")]
    [InlineData("2001:db8:1:2:3::4", "2001:db8:1::/48")]
    [InlineData(null, "an unknown network")]
    public void A_place_is_a_network_and_no_single_address(string? address, string network) =>
        ClientPlace.Of(address is null ? null : IPAddress.Parse(address), null, null).Network.ShouldBe(network);

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", "Chrome on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("curl/8.9.1", "curl")]
    [InlineData("<script>alert(1)</script>", "an unknown program")]
    [InlineData(null, "an unknown program")]
    public void A_browser_is_its_kind_whatever_its_version(string? userAgent, string agent) => ClientPlace.Of(null, userAgent, null).Agent.ShouldBe(agent);

    [Fact]
    public void Another_version_in_the_same_network_is_the_same_place()
    {
        var before = ClientPlace.Of(IPAddress.Parse("192.0.2.1"), "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "en");
        var later = ClientPlace.Of(IPAddress.Parse("192.0.2.200"), "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "fr");

        later.Hash.ShouldBe(before.Hash);
    }
}
