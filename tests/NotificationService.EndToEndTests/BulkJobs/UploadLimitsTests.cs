using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>What an upload may be, and what becomes of one that is more, packs better or comes slower than it may.</summary>
public sealed class UploadLimitsTests(SignInService service) : IClassFixture<SignInService>
{
    private const string Boundary = "a-boundary";
    private const string Row = "ann@example.com,Ann,A-1\n";

    [Theory]
    [InlineData("Notification__Bulk__MostBytes", "2000", 413, "csv_too_large")]
    [InlineData("Notification__Bulk__MostRows", "99", 422, "csv_too_many_rows")]
    [InlineData("Notification__Bulk__MostColumns", "2", 422, "csv_too_many_columns")]
    [InlineData("Notification__Bulk__LongestField", "14", 422, "csv_field_too_long")]
    public async Task A_limit_is_what_the_operator_says(string name, string value, int status, string code)
    {
        var tenant = await BulkTenant.CreateAsync(service);
        await using var node = await service.StartNodeAsync((name, value));
        const string File = "email,name,orderId\n";

        using var refused = await tenant.At(node.Client).UploadAsync(File + string.Concat(Enumerable.Repeat(Row, 100)));
        using var taken = await tenant.UploadAsync(File + string.Concat(Enumerable.Repeat(Row, 100)));

        ((int)refused.StatusCode).ShouldBe(status);
        (await refused.Content.ReadAsStringAsync()).ShouldContain($"\"{code}\"");
        taken.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_body_that_is_packed_with_gzip_is_the_file_that_was_packed()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        // Rows that differ, as rows do: they pack to a tenth or so.
        var file = "email,name,orderId\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"p{i * 7919L}@example.com,P{i},A-{i}\n"));

        using var response = await tenant.UploadFormAsync(Packed(Form(file)), Boundary, "gzip");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("rows").GetInt32().ShouldBe(40_000);
        using var again = await tenant.UploadAsync(file);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict, "the same file, packed or not");
    }

    [Theory]
    [InlineData("br", 415, "unsupported_media_type")]
    [InlineData("gzip, gzip", 415, "unsupported_media_type")]
    [InlineData("gzip", 400, "multipart_invalid")]
    public async Task A_body_that_is_packed_otherwise_is_refused(string encoding, int status, string code)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        using var response = await tenant.UploadFormAsync(Form(Row), Boundary, encoding);

        ((int)response.StatusCode).ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain($"\"{code}\"");
        if (status == 415)
            response.Headers.GetValues("Accept-Encoding").ShouldBe(["gzip"]);
    }

    [Fact]
    public async Task A_bomb_is_refused_and_nothing_of_it_is_kept()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var bomb = Packed(Form("email,name,orderId\n" + string.Concat(Enumerable.Repeat(Row, 600_000))));
        bomb.Length.ShouldBeLessThan(100_000);

        using var response = await tenant.UploadFormAsync(bomb, Boundary, "gzip");
        using var half = await tenant.UploadFormAsync(Packed(Form("email,name,orderId\n" + Row))[..^20], Boundary, "gzip");

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await response.Content.ReadAsStringAsync()).ShouldContain("\"compression_ratio\"");
        half.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await half.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_row_ranges s join bulk_jobs j on j.id = s.job_id where j.state = {job.failed}") == 0, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task A_sender_that_takes_too_long_is_notified_and_gives_its_turn_back()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        await using var node = await service.StartNodeAsync(("Notification__Bulk__LongestUpload", "00:00:02"));

        var responses = await Task.WhenAll(DripAsync(node.Address, tenant.Token), DripAsync(node.Address, tenant.Token));

        responses.ShouldAllBe(response => response.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) && response.Contains("\"upload_too_slow\"", StringComparison.Ordinal));
        node.Output.ShouldNotContain("fail: ");
        // On a slow machine that too may take longer than two seconds; 429 or 503 would mean that there was no turn.
        await Eventually.TrueAsync(
            async () =>
            {
                using var taken = await tenant.At(node.Client).UploadAsync("email,name,orderId\n" + Row);
                taken.StatusCode.ShouldNotBeOneOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
                return taken.StatusCode == HttpStatusCode.Accepted;
            },
            TimeSpan.FromSeconds(60));
    }

    /// <summary>A form that goes on at more than Kestrel's own least rate; until somebody answers.</summary>
    private static async Task<string> DripAsync(Uri address, string token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {BulkTenant.Root}/bulk/csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary={Boundary}\r\n\r\n"));
        var form = Encoding.ASCII.GetString(Form("email,name,orderId\n"));
        await WriteChunkAsync(stream, form[..form.IndexOf("\r\n--" + Boundary + "--", StringComparison.Ordinal)]);
        var (response, buffer) = (new StringBuilder(), new byte[4096]);
        var reading = ReadAsync(stream, response, buffer);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!reading.IsCompleted && await timer.WaitForNextTickAsync())
        {
            try
            {
                await WriteChunkAsync(stream, Row);
            }
            catch (IOException)
            {
                break;
            }
        }

        await reading;
        return response.ToString();
    }

    private static async Task ReadAsync(NetworkStream stream, StringBuilder response, byte[] buffer)
    {
        while (!response.ToString().Contains("traceId", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is > 0 and var read)
            response.Append(Encoding.UTF8.GetString(buffer, 0, read));
    }

    private static ValueTask WriteChunkAsync(NetworkStream stream, string text) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes($"{text.Length:x}\r\n{text}\r\n"));

    private static byte[] Form(string file) => Encoding.UTF8.GetBytes(
        string.Concat(new[] { ("template", "order-shipped"), ("channel", "email") }.Select(field => $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field.Item1}\"\r\n\r\n{field.Item2}\r\n"))
        + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--{Boundary}--\r\n");

    private static byte[] Packed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(body);
        return packed.ToArray();
    }
}
