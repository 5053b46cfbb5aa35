using System.Net;
using System.Net.Sockets;
using NotificationService.Outbound;

namespace NotificationService.UnitTests.Outbound;

public sealed class EndpointGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1::")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("ff02::1")]
    [InlineData("192.0.0.192")]
    [InlineData("192.31.196.1")]
    [InlineData("192.52.193.1")]
    [InlineData("192.175.48.1")]
    [InlineData("100.100.100.200")]
    [InlineData("100::1")]
    [InlineData("100:0:0:1::1")]
    [InlineData("2620:4f:8000::1")]
    [InlineData("fec0::1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("2002:a9fe:a9fe::")]
    [InlineData("2001::7f00:1")]
    public void What_is_not_the_public_internet_is_private(string address) => PrivateAddresses.Contains(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("93.184.215.14")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("192.31.197.1")]
    [InlineData("192.52.194.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public void What_is_public_is_not(string address) => PrivateAddresses.Contains(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("a.localhost")]
    [InlineData("metadata.google.internal")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("017700000001")]
    [InlineData("127.1")]
    [InlineData("0")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:7f00:1]")]
    public void A_private_name_is_refused_without_a_lookup_however_it_is_written(string host)
    {
        new EndpointGuard(allowPrivate: false, NoLookup).RefusalOfName(host).ShouldBe(EndpointGuard.Refusal);
        new EndpointGuard(allowPrivate: true, NoLookup).RefusalOfName(host).ShouldBeNull();
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("93.184.215.14,10.0.0.1", true)]
    [InlineData("93.184.215.14", false)]
    public async Task A_name_is_refused_if_any_of_its_addresses_is_private(string addresses, bool refused)
    {
        var guard = new EndpointGuard(allowPrivate: false, (_, _) => Task.FromResult(addresses.Split(',').Select(IPAddress.Parse).ToArray()));

        (await guard.RefusalAsync("example.com", CancellationToken.None)).ShouldBe(refused ? EndpointGuard.Refusal : null);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_now_may_be_saved_and_is_looked_at_when_connecting()
    {
        var guard = new EndpointGuard(allowPrivate: false, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        (await guard.RefusalAsync("nowhere.example.com", CancellationToken.None)).ShouldBeNull();
        await Should.ThrowAsync<SocketException>(() => guard.ConnectAsync(new DnsEndPoint("nowhere.example.com", 25), CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task A_name_that_is_none_is_no_exception_when_it_is_saved() =>
        (await new EndpointGuard(allowPrivate: false).RefusalAsync(new string('a', 300), CancellationToken.None)).ShouldBeNull();

    private static Task<IPAddress[]> NoLookup(string host, CancellationToken cancellationToken) => throw new InvalidOperationException("no lookup was to be made");
}
