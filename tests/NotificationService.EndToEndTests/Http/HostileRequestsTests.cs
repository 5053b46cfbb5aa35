using System.Text;
using NotificationService.EndToEndTests.Batches;
using NotificationService.EndToEndTests.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>
/// Every exception that the HTTP server raises for what a client sends, by the bytes that make it raise it. Each is the client's doing: a 4xx, as a
/// problem where the service itself answers, and no error in the log.
/// </summary>
public sealed class HostileRequestsTests(HostileRequestsTests.Running running) : IClassFixture<HostileRequestsTests.Running>
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Multipart = "multipart/form-data; boundary=b";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    /// <summary>What is behind the head of a request, and the statuses that it may be answered with.</summary>
    public static TheoryData<string, string> Chunks => new()
    {
        { "a first chunk of 2 GiB", "80000000\r\nabc" },
        { "a first chunk of 4 GiB less one", "ffffffff\r\nabc" },
        { "a size of nine digits", "100000000\r\nabc" },
        { "a size of a hundred digits", $"{new string('f', 100)}\r\nabc" },
        { "a later chunk of 2 GiB", "3\r\nabc\r\n80000000\r\nabc" },
        { "a negative size", "-1\r\nabc" },
        { "no size", "\r\nabc" },
        { "a size that is no number", "zz\r\nabc" },
        { "a size in quotation marks", "\"3\"\r\nabc" },
        { "no line end behind a chunk", "3\r\nabcdef\r\n0\r\n\r\n" },
        { "a bare line feed", "3\nabc\n0\n\n" },
        { "an endless extension", $"3;{new string('x', 40_000)}\r\nabc\r\n0\r\n\r\n" },
        { "a trailer that is no header", "0\r\nnonsense\r\n\r\n" },
        { "a trailer of many", $"0\r\n{string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: y\r\n"))}\r\n" },
        { "a trailer that is larger than all headers", $"0\r\nX: {new string('y', 200_000)}\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Chunks))]
    public async Task A_chunked_body_that_is_none_is_a_400(string what, string body)
    {
        var (batch, receipts) = (running.Tenant, running.Receipts);
        (string Path, string Type, string? Token)[] calls =
        [
            ("/api/v1/auth/login", "application/json", null),
            ("/oauth/token", Form, null),
            ($"/webhooks/sandbox/{receipts.Provider}", "application/json", null),
            ($"{BatchTenant.Root}/send", "application/json", batch.Token),
            ($"{BatchTenant.Root}/send-batch", "application/json", batch.Token),
            ($"{BatchTenant.Root}/batches/{Guid.NewGuid()}/complete", "application/json", batch.Token),
            ($"{BatchTenant.Root}/bulk/csv", Multipart, batch.Token),
        ];
        foreach (var (path, type, token) in calls)
        {
            var response = await SendAsync(path, type, token, "Transfer-Encoding: chunked", body);

            // A trailer is behind the body, which was whole: it may be answered for what it said.
            RawConnection.StatusOf(response).ShouldBeInRange(400, 499, $"{what} to {path}:\n{response}");
            ShouldBeAProblem(response, path);
        }

        ShouldHaveNoErrors();
    }

    [Theory]
    [InlineData("Content-Length: 10", "abc")]
    [InlineData("Content-Length: 3", "abcdef")]
    [InlineData("Content-Length: 99999999999", "abc")]
    [InlineData("Content-Length: 99999999999999999999999", "abc")]
    [InlineData("Content-Length: +3", "abc")]
    [InlineData("Content-Length: 3\r\nContent-Length: 3", "abc")]
    [InlineData("Content-Length: 3, 3", "abc")]
    [InlineData("Transfer-Encoding: gzip", "abc")]
    [InlineData("Transfer-Encoding: chunked, chunked", "3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3", "3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("X-No-Length: 1", "abc")]
    [InlineData("Expect: 200-ok\r\nContent-Length: 3", "abc")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 3", "abc")]
    [InlineData("Content-Encoding: gzip\r\nContent-Length: 3", "abc")]
    [InlineData(" folded: header\r\nContent-Length: 3", "abc")]
    [InlineData("No colon\r\nContent-Length: 3", "abc")]
    [InlineData("Bad\u0001Name: x\r\nContent-Length: 3", "abc")]
    [InlineData("Bad: \u0000\r\nContent-Length: 3", "abc")]
    [InlineData("Content-Type: multipart/form-data\r\nContent-Length: 3", "abc")]
    public async Task A_body_whose_length_or_headers_are_wrong_is_a_4xx(string headers, string body)
    {
        var tenant = running.Tenant;
        foreach (var path in (string[])["/api/v1/auth/login", "/oauth/token", $"{BatchTenant.Root}/send", $"{BatchTenant.Root}/bulk/csv"])
        {
            var response = await SendAsync(path, path.EndsWith("/csv", StringComparison.Ordinal) ? Multipart : "application/json", tenant.Token, headers, body, thenEnd: true);

            // Kestrel itself answers what it cannot read as HTTP, without a body; and closes without a word where half of a body came.
            RawConnection.StatusOf(response).ShouldBeOneOf([0, .. Enumerable.Range(400, 100), 501], $"{headers} to {path}:\n{response}");
        }

        ShouldHaveNoErrors();
    }

    public static TheoryData<string, string, string> Forms => new()
    {
        { "half a boundary", Multipart, "--b" },
        { "no boundary in the body", Multipart, "nonsense\r\n" },
        { "no boundary in the header", "multipart/form-data", "--b--\r\n" },
        { "an endless boundary", $"multipart/form-data; boundary={new string('b', 5_000)}", "x" },
        { "a part without a name", Multipart, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n" },
        { "a part without headers", Multipart, "--b\r\n\r\nx\r\n--b--\r\n" },
        { "a header that is none", Multipart, "--b\r\nnonsense\r\n\r\nx\r\n--b--\r\n" },
        { "a header too large", Multipart, $"--b\r\nContent-Disposition: form-data; name=\"{new string('n', 40_000)}\"\r\n\r\nx\r\n--b--\r\n" },
        { "too many headers", Multipart, $"--b\r\n{string.Concat(Enumerable.Range(0, 60).Select(i => $"X-{i}: y\r\n"))}\r\nx\r\n--b--\r\n" },
        { "too many parts", Multipart, $"{string.Concat(Enumerable.Range(0, 60).Select(i => $"--b\r\nContent-Disposition: form-data; name=\"f{i}\"\r\n\r\nx\r\n"))}--b--\r\n" },
        { "a field too large", Multipart, $"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n{new string('x', 70_000)}\r\n--b--\r\n" },
        { "an end that never comes", Multipart, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nemail\r\na@example.com\r\n" },
        { "no bytes", Multipart, "" },
        { "too many keys", Form, string.Join('&', Enumerable.Range(0, 5_000).Select(i => $"k{i}=v")) },
        { "a key too long", Form, $"{new string('k', 10_000)}=v" },
        { "half of a percent sign", Form, "grant_type=%&client_id=%f&client_secret=%zz" },
        { "no UTF-8", Form, "grant_type=\u00ff\u00fe" },
        { "JSON too deep", "application/json", $"{new string('[', 50_000)}{new string(']', 50_000)}" },
        { "an object too deep", "application/json", $"{string.Concat(Enumerable.Repeat("{\"a\":", 10_000))}1{new string('}', 10_000)}" },
        { "half of an object", "application/json", "{\"email\":\"a" },
        { "no UTF-8 in JSON", "application/json", "{\"email\":\"\u00ff\"}" },
        { "another type", "text/xml", "<a/>" },
        { "a type that is none", "application/json; charset=\"", "{}" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_body_that_cannot_be_read_is_a_4xx_problem(string what, string type, string body)
    {
        var (tenant, receipts) = (running.Tenant, running.Receipts);
        (string Path, string? Token)[] calls =
        [
            ("/oauth/token", null), ("/api/v1/auth/login", null), ($"{BatchTenant.Root}/send", tenant.Token), ($"{BatchTenant.Root}/send-batch", tenant.Token),
            ($"{BatchTenant.Root}/bulk/csv", tenant.Token), ($"/webhooks/sandbox/{receipts.Provider}", null),
        ];
        foreach (var (path, token) in calls)
        {
            var response = await SendAsync(path, type, token, $"Content-Length: {body.Length}", body);

            RawConnection.StatusOf(response).ShouldBeInRange(400, 499, $"{what} to {path}:\n{response}");
            ShouldBeAProblem(response, path);
        }

        ShouldHaveNoErrors();
    }

    [Theory]
    [InlineData("/api/v1/services/notifications/%")]
    [InlineData("/api/v1/services/notifications/%zz")]
    [InlineData("/api/v1/services/notifications/%c0%af")]
    [InlineData("/api/v1/services/notifications/..%2f..%5c%00")]
    [InlineData("/api/v1/services/notifications?page=%")]
    [InlineData("/api/v1/services/notifications?page=%ff&limit=%00")]
    [InlineData("/api/v1/admin/templates/%25%zz%")]
    [InlineData("http://user:pw@other.example/%/")]
    [InlineData("*")]
    public async Task An_address_that_cannot_be_decoded_is_a_4xx(string target)
    {
        var tenant = running.Tenant;

        var response = await ExchangeAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.Token}\r\nConnection: close\r\n\r\n");

        RawConnection.StatusOf(response).ShouldBeInRange(400, 499, response);
        ShouldHaveNoErrors();
    }

    [Theory]
    [InlineData("/api/v1/auth/login", "application/json")]
    [InlineData("/oauth/token", Form)]
    [InlineData(BatchTenant.Root + "/send", "application/json")]
    [InlineData(BatchTenant.Root + "/send-batch", "application/json")]
    [InlineData(BatchTenant.Root + "/bulk/csv", Multipart)]
    public async Task A_sender_that_is_gone_in_the_middle_of_its_body_is_no_error(string path, string type)
    {
        var tenant = running.Tenant;
        foreach (var framing in (string[])["Content-Length: 5000", "Transfer-Encoding: chunked"])
        {
            using var sender = await RawSender.OpenAsync(
                running.Process.Address, $"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.Token}\r\nContent-Type: {type}\r\n{framing}\r\n\r\n");
            await sender.SendAsync(Encoding.ASCII.GetBytes("100\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nemail\r\n"));
            await Task.Yield();
            sender.Reset();
        }

        await Eventually.TrueAsync(async () => await running.Process.Client.GetStringAsync(new Uri("/health/live", UriKind.Relative)) == "live", Ample);
        ShouldHaveNoErrors();
    }

    [Fact]
    public async Task Whoever_asks_first_whether_to_go_on_is_asked_to_go_on()
    {
        using var sender = await RawSender.OpenAsync(
            running.Process.Address, "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n");
        await Eventually.TrueAsync(() => Task.FromResult(sender.Response.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal)), Ample);

        await sender.SendAsync("{}"u8.ToArray());

        await Eventually.TrueAsync(() => Task.FromResult(sender.Response.Contains("HTTP/1.1 422 ", StringComparison.Ordinal)), Ample, () => sender.Response);
    }

    private Task<string> SendAsync(string path, string type, string? token, string headers, string body, bool thenEnd = false) => ExchangeAsync(
        $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}"
        + $"{(headers.StartsWith("Content-Type", StringComparison.Ordinal) ? "" : $"Content-Type: {type}\r\n")}{headers}\r\n\r\n{body}", thenEnd);

    private Task<string> ExchangeAsync(string request, bool thenEnd = false) => RawConnection.ExchangeAsync(running.Process.Address, Encoding.Latin1.GetBytes(request), thenEnd);

    private static void ShouldBeAProblem(string response, string path)
    {
        // RFC 6749 has errors of its own.
        var type = path == "/oauth/token" && !response.Contains("problem+json", StringComparison.Ordinal) ? "application/json" : "application/problem+json";
        response.ShouldContain($"Content-Type: {type}", Case.Insensitive, $"{path}:\n{response}");
    }

    private void ShouldHaveNoErrors()
    {
        foreach (var word in (string[])["fail: ", "crit: ", "Unhandled exception"])
            running.Process.Output.ShouldNotContain(word);
    }

    /// <summary>One service, and two tenants for all that is sent: nothing of it is taken.</summary>
    public sealed class Running(PostgresCluster cluster) : IAsyncLifetime
    {
        private readonly SignInService service = new(cluster);
        private BatchTenant? tenant;
        private ReceiptsTenant? receipts;

        public ServiceProcess Process => service.Process;

        internal BatchTenant Tenant => tenant ?? throw new InvalidOperationException("not initialized");

        internal ReceiptsTenant Receipts => receipts ?? throw new InvalidOperationException("not initialized");

        public async ValueTask InitializeAsync()
        {
            await service.InitializeAsync();
            (tenant, receipts) = (await BatchTenant.CreateAsync(service), await ReceiptsTenant.CreateAsync(service));
        }

        public ValueTask DisposeAsync() => service.DisposeAsync();
    }
}
