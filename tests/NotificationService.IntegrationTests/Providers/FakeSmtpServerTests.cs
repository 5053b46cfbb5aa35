using System.Net.Sockets;
using System.Text;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>A fake that takes anything would prove nothing: each rule of SMTP is broken once, on purpose.</summary>
public sealed class FakeSmtpServerTests : IAsyncDisposable
{
    private const string Opening = "EHLO me\r\nMAIL FROM:<a@b.c>\r\n";
    private const string Announced = $"{Opening}RCPT TO:<x@y.z>\r\nDATA\r\n";

    private readonly FakeSmtpServer server = new();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData($"{Announced}Subject: s\r\n\r\n..t\r\n.\r\n", "250 queued", false)]
    [InlineData("EHLO me\r\nRCPT TO:<x@y.z>\r\n", "503", true)]
    [InlineData($"{Opening}MAIL FROM:<a@b.c>\r\n", "503", true)]
    [InlineData("EHLO me\r\nDATA\r\n", "503", false)]
    [InlineData($"{Opening}DATA\r\n", "503", false)]
    [InlineData($"{Announced}t\r\n.\r\nDATA\r\n", "503", false)]
    [InlineData($"{Opening}RSET\r\nRCPT TO:<x@y.z>\r\n", "503", true)]
    [InlineData("EHLO me\n", "500", true)]
    [InlineData($"{Announced}a bare\nline feed\r\n.\r\n", "550", true)]
    [InlineData($"{Announced}a bare\rcarriage return\r\n.\r\n", "550", true)]
    public async Task What_breaks_the_conversation_is_refused(string sent, string response, bool isViolation)
    {
        (await RespondsAsync(sent))[^1].ShouldStartWith(response);

        server.Violations.Count.ShouldBe(isViolation ? 1 : 0);
    }

    [Theory]
    [InlineData(998, "250")]
    [InlineData(999, "550")]
    public async Task A_line_has_at_most_998_characters(int length, string response) =>
        (await RespondsAsync($"{Announced}{new string('x', length)}\r\n.\r\n"))[^1].ShouldStartWith(response);

    [Theory]
    [InlineData("MAIL FROM:<a@b.c> SIZE=100\r\n", "250")]
    [InlineData("MAIL FROM:<a@b.c> SIZE=101\r\n", "552 5.3.4")]
    [InlineData("MAIL FROM:<a@b.c> SIZE=1\r\nRCPT TO:<x@y.z>\r\nDATA\r\n12345678901234567890123456789012345678901234567890\r\n12345678901234567890123456789012345678901234567890\r\n.\r\n", "550")]
    public async Task A_message_has_at_most_what_SIZE_says(string sent, string response)
    {
        server.Offers = ["SIZE 100"];

        (await RespondsAsync($"EHLO me\r\n{sent}"))[^1].ShouldStartWith(response);
    }

    [Theory]
    [InlineData("AUTH PLAIN AG1haWxlcgBzZWNyZXQ=\r\n", "235")]
    [InlineData("AUTH PLAIN AG1haWxlcgB3cm9uZw==\r\n", "535")]
    [InlineData("AUTH LOGIN\r\nbWFpbGVy\r\nc2VjcmV0\r\n", "504")]
    [InlineData("MAIL FROM:<a@b.c>\r\n", "530")]
    [InlineData("AUTH PLAIN AG1haWxlcgBzZWNyZXQ=\r\nMAIL FROM:<a@b.c>\r\n", "250")]
    public async Task Where_a_sign_in_is_offered_it_is_asked_for_and_checked(string sent, string response)
    {
        server.Offers = ["AUTH PLAIN"];

        (await RespondsAsync($"EHLO me\r\n{sent}")).ShouldContain(line => line.StartsWith(response));
    }

    [Theory]
    [InlineData("c2VjcmV0", "235")]
    [InlineData("d3Jvbmc=", "535")]
    public async Task A_password_that_is_asked_for_is_checked_too(string password, string response)
    {
        server.Offers = ["AUTH LOGIN"];

        (await RespondsAsync($"EHLO me\r\nAUTH LOGIN\r\nbWFpbGVy\r\n{password}\r\n"))[^1].ShouldStartWith(response);
    }

    /// <summary>Everything at once, then all that comes back.</summary>
    private async Task<IReadOnlyList<string>> RespondsAsync(string sent)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(sent), TestContext.Current.CancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
