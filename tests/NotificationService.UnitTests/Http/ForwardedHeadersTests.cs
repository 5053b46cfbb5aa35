using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;

namespace NotificationService.UnitTests.Http;

/// <summary>Where a request came from, as proxies and strangers say it.</summary>
public sealed class ForwardedHeadersTests
{
    private const string Trusted = "10.0.0.0/8, 192.0.2.1,2001:db8::/32";

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("203.0.113.9, 10.0.0.2")]
    [InlineData("198.51.100.66, 203.0.113.9, 10.0.0.2, 192.0.2.1, 2001:db8::5")]
    [InlineData("  203.0.113.9  ,10.0.0.2 ")]
    [InlineData("203.0.113.9:4711, 10.0.0.2:80")]
    [InlineData("203.0.113.9, [2001:db8::5]:80")]
    [InlineData("203.0.113.9, [2001:db8::5]")]
    public void The_client_is_the_right_most_address_that_is_no_trusted_proxy(string header) =>
        AddressOf("10.1.1.1", header).ShouldBe("203.0.113.9");

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("10.0.0.7, 10.0.0.8", "10.0.0.7")]
    [InlineData("2001:db8:1::2", "2001:db8:1::2")]
    [InlineData("::ffff:203.0.113.9", "::ffff:203.0.113.9")]
    [InlineData("2001:dead::1", "2001:dead::1")]
    [InlineData("[2001:dead::1]:443", "2001:dead::1")]
    public void Proxies_and_addresses_of_IPv6_are_understood(string header, string client) => AddressOf("::ffff:10.1.1.1", header).ShouldBe(client);

    [Theory]
    [InlineData("198.51.100.7")]
    [InlineData("::ffff:198.51.100.7")]
    [InlineData("11.0.0.1")]
    [InlineData("2001:db9::1")]
    public void What_a_stranger_writes_changes_nothing(string stranger)
    {
        var context = Context(stranger, "10.0.0.1, 203.0.113.9", "https");

        ForwardedHeaders.Apply(context, TrustedProxies.Parse(Trusted));

        context.Connection.RemoteIpAddress.ShouldBe(IPAddress.Parse(stranger));
        context.Request.Scheme.ShouldBe("http");
    }

    [Fact]
    public void A_connection_without_an_address_is_a_strangers()
    {
        var context = Context("10.0.0.1", "203.0.113.9", "https");
        context.Connection.RemoteIpAddress = null;

        ForwardedHeaders.Apply(context, TrustedProxies.Parse("0.0.0.0/0,::/0"));

        context.Connection.RemoteIpAddress.ShouldBeNull();
        context.Request.Scheme.ShouldBe("http");
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("203.0.113.9, unknown")]
    [InlineData("203.0.113.9, ")]
    [InlineData("203.0.113.9, 1")]
    [InlineData("203.0.113.9, 3405803785")]
    [InlineData("203.0.113.9, 203.0.113.9.1")]
    [InlineData("203.0.113.9, [2001:db8::1")]
    [InlineData("203.0.113.9, []")]
    [InlineData("203.0.113.9, example.com")]
    [InlineData("203.0.113.9, 203.0.113.9;")]
    [InlineData("203.0.113.9, \"10.0.0.1\"")]
    public void Behind_what_is_no_address_nothing_is_believed(string header) => AddressOf("10.1.1.1", header).ShouldBe("10.1.1.1");

    [Fact]
    public void What_a_caller_put_in_front_of_its_own_address_is_not_read()
    {
        var million = string.Concat(Enumerable.Repeat("10.0.0.1,", 100_000));

        AddressOf("10.1.1.1", $"{million} 203.0.113.9").ShouldBe("203.0.113.9");
        AddressOf("10.1.1.1", $"{new string('x', 100_000)}, 203.0.113.9").ShouldBe("203.0.113.9");
        // No chain of ours is so long.
        AddressOf("10.1.1.1", $"203.0.113.9,{million}10.0.0.1").ShouldBe("10.0.0.1");
    }

    [Fact]
    public void Several_lines_are_one_list()
    {
        AddressOf("10.1.1.1", new StringValues(["198.51.100.66", "203.0.113.9, 10.0.0.2", "10.0.0.3"])).ShouldBe("203.0.113.9");
        AddressOf("10.1.1.1", new StringValues(["203.0.113.9", ""])).ShouldBe("10.1.1.1");
    }

    [Theory]
    [InlineData("https", "203.0.113.9", "https")]
    [InlineData("HTTPS", "203.0.113.9", "https")]
    [InlineData("http", "203.0.113.9", "http")]
    [InlineData("http, https", "203.0.113.9", "https")]
    [InlineData("https, http", "203.0.113.9", "http")]
    [InlineData("https, http", "203.0.113.9, 10.0.0.2", "https")]
    [InlineData("http, https, http", "203.0.113.9, 10.0.0.2", "https")]
    [InlineData("https", "203.0.113.9, 10.0.0.2", "https")]
    [InlineData("https", "", "https")]
    [InlineData("ftp", "203.0.113.9", "http")]
    [InlineData("https;x", "203.0.113.9", "http")]
    [InlineData("", "203.0.113.9", "http")]
    public void The_scheme_is_what_the_outermost_trusted_proxy_said(string said, string clients, string scheme)
    {
        var context = Context("10.1.1.1", clients, said);

        ForwardedHeaders.Apply(context, TrustedProxies.Parse(Trusted));

        context.Request.Scheme.ShouldBe(scheme);
    }

    [Fact]
    public void Without_the_setting_nobody_is_trusted()
    {
        TrustedProxies.Parse(null).Any.ShouldBeFalse();
        TrustedProxies.Parse(" , ").Any.ShouldBeFalse();
        AddressOf("127.0.0.1", "203.0.113.9", trusted: "").ShouldBe("127.0.0.1");
    }

    [Fact]
    public void A_mapped_network_means_the_one_inside_it()
    {
        AddressOf("10.1.1.1", "203.0.113.9", trusted: "::ffff:10.0.0.0/104").ShouldBe("203.0.113.9");
        AddressOf("10.1.1.1", "203.0.113.9", trusted: "::ffff:10.1.1.1").ShouldBe("203.0.113.9");
        AddressOf("11.1.1.1", "203.0.113.9", trusted: "::ffff:10.0.0.0/104").ShouldBe("11.1.1.1");
    }

    [Theory]
    [InlineData("everybody")]
    [InlineData("*")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10")]
    [InlineData("10.0.0.0/8;10.1.0.0/16")]
    public void What_is_no_network_stops_the_start(string text) =>
        Should.Throw<StartupException>(() => TrustedProxies.Parse(text)).Message.ShouldContain("Notification__TrustedProxies names");

    [Fact]
    public void The_switch_that_believes_everybody_stops_the_start()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("FORWARDEDHEADERS_ENABLED", "True")]).Build();

        Should.Throw<StartupException>(() => TrustedProxies.Read(configuration)).Message.ShouldContain("Notification__TrustedProxies");
    }

    private static string AddressOf(string connection, StringValues header, string trusted = Trusted)
    {
        var context = Context(connection, header, "");
        ForwardedHeaders.Apply(context, TrustedProxies.Parse(trusted));
        return context.Connection.RemoteIpAddress!.ToString();
    }

    private static DefaultHttpContext Context(string connection, StringValues clients, StringValues scheme)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        context.Request.Scheme = "http";
        context.Request.Headers["X-Forwarded-For"] = clients;
        context.Request.Headers["X-Forwarded-Proto"] = scheme;
        return context;
    }
}
