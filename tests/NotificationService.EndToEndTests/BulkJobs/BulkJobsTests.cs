using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.BulkJobs;

[Collection(BulkJobsCollection.Name)]
public sealed class BulkJobsTests(SignInService service)
{
    [Fact]
    public async Task Every_good_row_becomes_a_notification_and_every_bad_one_says_where_and_why()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var job = await tenant.JobAsync("E-Mail;Name;order_ID;colour\r\nann@example.com;Ann;A-1;red\r\nnobody;Bob;A-2;\r\ncleo@example.com;Cleo;A-3;\"red\r\nand blue\"\r\ndan@example.com;Dan;;\r\neve@example.com;Eve\r\n");
        var done = await tenant.UntilAsync(job, found => found.GetProperty("status").GetString() == "completed" && Pending(found) == 0);

        (Rows(done, "total"), Rows(done, "queued"), Rows(done, "bad"), Rows(done, "done")).ShouldBe((5, 2, 3, 5));
        done.GetProperty("delimiter").GetString().ShouldBe(";");
        done.GetProperty("columns").EnumerateObject().Select(column => $"{column.Name} {column.Value}").ShouldBe(["E-Mail recipient.email", "Name recipient.name", "order_ID data.orderId", "colour "]);
        (await ErrorsAsync(tenant, job)).ShouldBe(["E-Mail;Name;order_ID;colour;error_code;error_message;row", "nobody;Bob;A-2;;email_invalid", "dan@example.com;Dan;;;variable_missing", "eve@example.com;Eve;;;csv_field_count"]);
        var items = (await tenant.GetAsync($"bulk/{job}/items")).GetProperty("items").EnumerateArray().ToList();
        items.Select(item => item.GetProperty("row").GetInt32()).ShouldBe([2, 3, 4, 6, 7], "the third row has two lines");
        items.Count(item => item.TryGetProperty("notificationId", out _)).ShouldBe(2);
        (await service.Database.QueryAsync<string>($"select data->>'orderId' from notifications where batch_id = '{job}' order by 1")).ShouldBe(["A-1", "A-3"]);
        var results = (await tenant.TextAsync($"bulk/{job}/results.csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        results.Length.ShouldBe(7, "a header, five rows, one of them on two lines");
        await Eventually.TrueAsync(
            async () => (await service.Database.QueryAsync<string>($"select type from events where subject = '{job}'")).Contains("batch.completed"), TimeSpan.FromSeconds(90));
        (await service.Database.QueryAsync<string>($"select (facts->>'state') || ' ' || (facts->>'rows_queued') || ' ' || (facts->>'rows_bad') from events where subject = '{job}' and type = 'bulk_job.completed'"))
            .ShouldBe(["5 2 3"]);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_field_left_empty_in_a_pages_form_is_one_left_out()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        string[] optional = ["channels", "mapping", "mode", "idempotencyColumn", "dryRun", "sendAt", "ratePerMinute", "category", "priority", "name", "continues", "force"];
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\n", [("template", "order-shipped"), ("channel", "email"), .. optional.Select(field => (field, ""))]);
        Rows(await tenant.UntilAsync(job, "completed"), "queued").ShouldBe(1);

        using var without = await tenant.UploadAsync("email\nann@example.com\n", ("template", ""));
        without.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await without.Content.ReadAsStringAsync()).ShouldContain("/template");
        using var twice = await tenant.UploadAsync("email\nann@example.com\n", ("name", ""), ("name", "again"));
        (await twice.Content.ReadAsStringAsync()).ShouldContain("duplicate_property");
    }

    [Theory]
    [InlineData("email,sms")]
    [InlineData("email", "sms")]
    [InlineData("""["email", "sms"]""")]
    [InlineData("""["email"]""", "sms", "", "email")]
    public async Task Several_channels_may_be_written_in_any_way_that_a_form_knows(params string[] channels)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var job = await tenant.JobAsync(
            "email,phone,name,orderId,Kundennummer\nann@example.com,+14155550100,Ann,A-1,K-7\n",
            [.. channels.Select(value => ("channels", value)), ("mapping", """{"Kundennummer":"data.customer.number"}""")]);

        BatchDeliveriesOf(await tenant.UntilAsync(job, "completed")).ShouldBe(2);
        (await service.Database.QueryAsync<string>($"select data->'customer'->>'number' from notifications where batch_id = '{job}'")).ShouldBe(["K-7"]);
    }

    [Fact]
    public async Task A_corrected_file_of_errors_continues_the_job()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,\"=1+1\",A-2\nno one,Cleo,A-3\n");
        await tenant.UntilAsync(job, "completed");
        var errors = await tenant.TextAsync($"bulk/{job}/errors.csv");
        errors.ShouldContain("'=1+1");

        using (var continued = await tenant.UploadAsync(errors.Replace("nobody", "bob@example.com", StringComparison.Ordinal), ("continues", job.ToString())))
            continued.StatusCode.ShouldBe(HttpStatusCode.Accepted, await continued.Content.ReadAsStringAsync());
        var done = await tenant.UntilAsync(job, found => Rows(found, "queued") == 2 && found.GetProperty("status").GetString() == "completed");

        Rows(done, "bad").ShouldBe(1);
        (await ErrorsAsync(tenant, job)).Skip(1).ShouldBe(["no one,Cleo,A-3,email_invalid"]);
        (await service.Database.QueryAsync<string>($"select recipient->>'name' from notifications where batch_id = '{job}' order by 1")).ShouldBe(["=1+1", "Ann"]);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_corrected_file_that_comes_twice_or_names_rows_that_were_never_bad_sends_nothing_twice()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,Bob,A-2\nno one,Cleo,A-3\n");
        await tenant.UntilAsync(job, "completed");
        var corrected = (await tenant.TextAsync($"bulk/{job}/errors.csv")).Replace("nobody", "bob@example.com", StringComparison.Ordinal);
        var results = await tenant.TextAsync($"bulk/{job}/results.csv");
        using (var continued = await tenant.UploadAsync(corrected, ("continues", job.ToString())))
            continued.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await tenant.UntilAsync(job, found => Rows(found, "queued") == 2 && found.GetProperty("status").GetString() == "completed");

        foreach (var file in (string[])[corrected, results, "email,name,orderId,row\nx@example.com,X,A-9,99\n", "email,name,orderId,row\nc@example.com,C,A-3,4\nd@example.com,D,A-3,4\n"])
        {
            using var again = await tenant.UploadAsync(file, ("continues", job.ToString()));
            again.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await again.Content.ReadAsStringAsync());
            (await again.Content.ReadAsStringAsync()).ShouldContain("csv_row_not_bad");
        }

        // Bad once more is one bad row, and good at last is none.
        using (var worse = await tenant.UploadAsync("email,name,orderId,row\nstill nobody,C,A-3,4\n", ("continues", job.ToString())))
            worse.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (Rows(await tenant.UntilAsync(job, "completed"), "bad")).ShouldBe(1);
        using (var good = await tenant.UploadAsync("email,name,orderId,row\nc@example.com,C,A-3,4\n", ("continues", job.ToString())))
            good.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var done = await tenant.UntilAsync(job, found => Rows(found, "queued") == 3 && found.GetProperty("status").GetString() == "completed");
        (Rows(done, "bad"), Rows(done, "total"), Rows(done, "done")).ShouldBe((0, 3, 3));
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_job_that_is_not_over_or_of_the_other_mode_cannot_be_continued_and_its_batch_belongs_to_it_alone()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync(File(100), ("ratePerMinute", "60"), ("sendAt", TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")));
        await tenant.UntilAsync(job, "completed");
        using (var paused = await tenant.CommandAsync(job, "pause"))
            paused.StatusCode.ShouldBe(HttpStatusCode.OK);

        using (var continued = await tenant.UploadAsync("email,name,orderId,row\nc@example.com,C,A-3,4\n", ("continues", job.ToString())))
            continued.StatusCode.ShouldBe(HttpStatusCode.Conflict, await continued.Content.ReadAsStringAsync());
        using (var closed = await tenant.PostAsync($"batches/{job}/cancel"))
            closed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (var cancelled = await tenant.CommandAsync(job, "cancel"))
            cancelled.StatusCode.ShouldBe(HttpStatusCode.OK);
        var ended = await tenant.UntilAsync(job, found => Pending(found) == 0);
        ended.GetProperty("deliveries").GetProperty("cancelled").GetInt64().ShouldBe(100);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task Rows_are_listed_by_what_became_of_them()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync(File(250) + "nobody,P,A-x\n");
        await tenant.UntilAsync(job, found => found.GetProperty("status").GetString() == "completed" && found.GetProperty("deliveries").GetProperty("delivered").GetInt64() == 250);

        var bad = await tenant.GetAsync($"bulk/{job}/items?status=bad");
        bad.GetProperty("items").EnumerateArray().Single().GetProperty("row").GetInt32().ShouldBe(252);
        bad.GetProperty("pagination").GetProperty("total").GetInt64().ShouldBe(1);
        var last = await tenant.GetAsync($"bulk/{job}/items?page=3&limit=100");
        last.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("row").GetInt32()).ShouldBe(Enumerable.Range(202, 51));
        var pagination = last.GetProperty("pagination");
        (pagination.GetProperty("page").GetInt32(), pagination.GetProperty("total").GetInt64(), pagination.GetProperty("totalPages").GetInt32(), pagination.GetProperty("hasNext").GetBoolean()).ShouldBe((3, 251, 3, false));
        var sent = await tenant.GetAsync($"bulk/{job}/items?page=3&limit=100&status=delivered");
        (sent.GetProperty("items").GetArrayLength(), sent.GetProperty("pagination").GetProperty("total").GetInt64(), sent.TryGetProperty("nextCursor", out _)).ShouldBe((50, 250, false));
        (await tenant.GetAsync($"bulk/{job}/items?page=4&limit=100")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await tenant.GetAsync($"bulk/{job}/items")).GetProperty("items").GetArrayLength().ShouldBe(50);
        var (seen, cursor) = (0, "");
        do
        {
            var part = await tenant.GetAsync($"bulk/{job}/items?cursor={cursor}");
            seen += part.GetProperty("items").GetArrayLength();
            cursor = part.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        seen.ShouldBe(251);
        // From a numbered page one may go on by cursor.
        var first = await tenant.GetAsync($"bulk/{job}/items?limit=100&status=delivered");
        var second = await tenant.GetAsync($"bulk/{job}/items?limit=100&status=delivered&cursor={first.GetProperty("nextCursor").GetString()}");
        second.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("row").GetInt32()).ShouldBe(Enumerable.Range(102, 100));
        using var unknown = await tenant.AskAsync($"bulk/{job}/items?status=sleeping");
        unknown.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Of_all_or_nothing_one_bad_row_keeps_everything_back_until_it_is_corrected()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\nann@example.com,Ann,A-1\nnobody,Bob,A-2\n", ("mode", "all_or_nothing"));

        var failed = await tenant.UntilAsync(job, "failed");

        (failed.GetProperty("reason").GetString(), Rows(failed, "queued"), Rows(failed, "bad")).ShouldBe(("bad_rows", 0, 1));
        var errors = await tenant.TextAsync($"bulk/{job}/errors.csv");
        using (var continued = await tenant.UploadAsync(errors.Replace("nobody", "bob@example.com", StringComparison.Ordinal), ("continues", job.ToString())))
            continued.StatusCode.ShouldBe(HttpStatusCode.Accepted, await continued.Content.ReadAsStringAsync());
        var done = await tenant.UntilAsync(job, "completed");
        (Rows(done, "queued"), Rows(done, "bad")).ShouldBe((2, 0));
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_dry_run_counts_renders_and_sends_nothing()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var job = await tenant.JobAsync("phone,orderId\n+14155550100,A-1\n+14155550101,A-2\n12,A-3\n", ("dryRun", "true"), ("channel", "sms"));
        var done = await tenant.UntilAsync(job, "checked");

        (Rows(done, "bad"), Rows(done, "queued"), done.GetProperty("smsSegments").GetInt64()).ShouldBe((1, 0, 2));
        done.GetProperty("samples").EnumerateArray().Select(sample => sample.GetProperty("text").GetString()).ShouldBe(["Order A-1 is on its way.", "Order A-2 is on its way."]);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_file_again_is_asked_about_and_a_row_with_its_own_key_is_sent_once()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        const string File = "email,name,orderId\nann@example.com,Ann,A-1\nbob@example.com,Bob,A-2\n";
        var first = await tenant.JobAsync(File, ("idempotencyColumn", "orderId"));
        await tenant.UntilAsync(first, "completed");

        using (var again = await tenant.UploadAsync(File))
        {
            again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await SignInService.ReadAsync(again)).GetProperty("code").GetString().ShouldBe("import_duplicate");
        }

        var forced = await tenant.JobAsync(File + "cleo@example.com,Cleo,A-3\n", ("force", "true"), ("idempotencyColumn", "orderId"));
        var done = await tenant.UntilAsync(forced, "completed");
        (Rows(done, "queued"), Rows(done, "repeated")).ShouldBe((1, 2));
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_paused_job_sends_nothing_until_it_is_resumed_and_a_cancelled_one_never_again()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var paced = File(600);
        var job = await tenant.JobAsync(paced, ("ratePerMinute", "200"));
        await tenant.UntilAsync(job, found => Rows(found, "queued") == 600);

        using (var paused = await tenant.CommandAsync(job, "pause"))
            (await SignInService.ReadAsync(paused)).GetProperty("status").GetString().ShouldBe("paused");
        // What is due from now on is claimed and put off.
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>($"select count(*) from deliveries where batch_id = '{job}' and due_at > now() + interval '50 years'") > 5, TimeSpan.FromSeconds(60));
        var sent = await SentAsync(job);
        using (var resumed = await tenant.CommandAsync(job, "resume"))
            resumed.StatusCode.ShouldBe(HttpStatusCode.OK, await resumed.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(async () => await SentAsync(job) > sent + 5, TimeSpan.FromSeconds(60));

        using (var cancelled = await tenant.CommandAsync(job, "cancel"))
            cancelled.StatusCode.ShouldBe(HttpStatusCode.OK);
        var ended = await tenant.UntilAsync(job, found => Pending(found) == 0);
        var deliveries = ended.GetProperty("deliveries");
        (deliveries.GetProperty("sent").GetInt64() + deliveries.GetProperty("delivered").GetInt64() + deliveries.GetProperty("cancelled").GetInt64()).ShouldBe(600);
        deliveries.GetProperty("cancelled").GetInt64().ShouldBeGreaterThan(200);
        using var late = await tenant.CommandAsync(job, "resume");
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await ShouldHoldAsync();
    }

    [Fact]
    public async Task A_name_that_comes_after_the_file_is_the_jobs_name()
    {
        var tenant = await BulkTenant.CreateAsync(service);

        var job = await tenant.JobAsync(File(1), ($"{BulkTenant.AfterFile}name", "late sale"));

        (await tenant.GetAsync($"bulk/{job}")).GetProperty("name").GetString().ShouldBe("late sale");
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("pause")]
    public async Task Of_a_job_that_is_delivered_there_is_nothing_left_to_stop(string command)
    {
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync(File(3));
        await tenant.UntilAsync(job, found => found.GetProperty("status").GetString() == "completed" && Pending(found) == 0);

        using var response = await tenant.CommandAsync(job, command);

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict, await response.Content.ReadAsStringAsync());
        (await tenant.GetAsync($"bulk/{job}")).GetProperty("status").GetString().ShouldBe("completed");
    }

    [Fact]
    public async Task Nobody_else_sees_a_job()
    {
        var (tenant, stranger) = (await BulkTenant.CreateAsync(service), await BulkTenant.CreateAsync(service));
        var job = await tenant.JobAsync(File(1));

        foreach (var path in (string[])["", "/items", "/errors.csv", "/results.csv"])
        {
            using var response = await stranger.AskAsync($"bulk/{job}{path}");
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        foreach (var command in (string[])["pause", "resume", "cancel", "retry-failed"])
        {
            using var response = await stranger.CommandAsync(job, command);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, command);
        }
    }

    /// <summary>By name, because a test's data is written down when tests are looked for: ten megabytes of it would cost every run a minute.</summary>
    private static readonly Dictionary<string, (Func<byte[]> File, int Status, string Code)> BadFileOf = new(StringComparer.Ordinal)
    {
        ["empty"] = (() => (byte[])[], 422, "csv_empty"),
        ["header only"] = (() => "email,name,orderId\n"u8.ToArray(), 422, "csv_empty"),
        ["a variable without a column"] = (() => "email,name\nann@example.com,Ann\n"u8.ToArray(), 422, "csv_column_missing"),
        ["no recipient"] = (() => "name,orderId\nAnn,A-1\n"u8.ToArray(), 422, "csv_column_missing"),
        ["one field in two columns"] = (() => "email,E-Mail,name,orderId\na@example.com,b@example.com,Ann,A-1\n"u8.ToArray(), 422, "csv_column_duplicate"),
        ["an unclosed quote"] = (() => "email,name,orderId\nann@example.com,\"Ann,A-1\nbob@example.com,Bob,A-2\n"u8.ToArray(), 422, "csv_quote_unclosed"),
        ["a NUL"] = (() => "email,name,orderId\nann@example.com,A\0nn,A-1\n"u8.ToArray(), 422, "csv_encoding"),
        ["ten thousand columns"] = (() => Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"c{i}")) + "\n1\n"), 422, "csv_too_many_columns"),
        ["a field of 10 MB"] = (() => Encoding.UTF8.GetBytes($"email,name,orderId\nann@example.com,{new string('x', 10_000_000)},A-1\n"), 422, "csv_field_too_long"),
        ["a workbook"] = (() => (byte[])[0x50, 0x4B, 0x03, 0x04, .. new byte[200]], 415, "csv_not_text"),
        ["an image"] = (() => (byte[])[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. new byte[200]], 415, "csv_not_text"),
        ["something packed"] = (() => Packed("email,name,orderId\nann@example.com,Ann,A-1\n"), 415, "csv_not_text"),
    };

    public static TheoryData<string> BadFiles => [.. BadFileOf.Keys];

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_file_that_is_none_is_refused_by_line_and_column_and_nothing_is_sent(string what)
    {
        var (file, status, code) = BadFileOf[what];
        var tenant = await BulkTenant.CreateAsync(service);

        using var response = await tenant.UploadAsync(file());

        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, $"{what}: {body}");
        body.ShouldContain($"\"{code}\"");
        // What was stored of it is cleared by workers.
        await Eventually.TrueAsync(
            async () => await service.Database.ScalarAsync<long>("select count(*) from bulk_row_ranges s join bulk_jobs j on j.id = s.job_id where j.state in ({job.uploading}, {job.failed}) and j.reason is distinct from 'bad_rows'") == 0, TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData("mode", "sometimes", "/mode choice_invalid")]
    [InlineData("template", "unheard-of", "/template template_unknown")]
    [InlineData("channel", "pigeon", "/channel unknown_channel")]
    [InlineData("colour", "red", "/colour unknown_property")]
    [InlineData("ratePerMinute", "0", "/ratePerMinute number_range")]
    [InlineData("sendAt", "tomorrow", "/sendAt datetime_invalid")]
    [InlineData("dryRun", "maybe", "/dryRun type")]
    [InlineData("mapping", "[", "/mapping type")]
    [InlineData("mapping", "{\"email\":null}", "/mapping type")]
    [InlineData("mapping", "{\"email\":\"\\ud800\"}", "/mapping type")]
    [InlineData("mapping", "{\"\\ud800\":\"email\"}", "/mapping type")]
    [InlineData("channels", "[\"email\"", "/channels type")]
    [InlineData("channels", "[7]", "/channels type")]
    [InlineData("channels", "[\"\\ud800\"]", "/channels type")]
    [InlineData("channels", "[null]", "/channels unknown_channel")]
    [InlineData("name", "a\0b", "/name control_character")]
    [InlineData("name", "a\nb", "/name control_character")]
    [InlineData("name", "  ", "/name text_invalid")]
    [InlineData("after:name", "a\0b", "/name control_character")]
    [InlineData("category", "a\0b", "/category control_character")]
    [InlineData("category", "a\r\nb", "/category control_character")]
    [InlineData("category", "\t ", "/category text_invalid")]
    [InlineData("after:category", "a\0b", "/category control_character")]
    [InlineData("continues", "x", "/continues type")]
    public async Task A_field_that_is_wrong_is_named(string field, string value, string error)
    {
        var tenant = await BulkTenant.CreateAsync(service);

        using var response = await tenant.UploadAsync(File(1), (field, value), field == "continues" ? ("template", "order-shipped") : ("priority", "normal"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await response.Content.ReadAsStringAsync());
        (await SignInService.ReadAsync(response)).GetProperty("errors").EnumerateArray().Select(found => $"{found.GetProperty("pointer").GetString()} {found.GetProperty("code").GetString()}").ShouldBe([error]);
    }

    private static string File(int rows) => "email,name,orderId\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"p{i}@example.com,P,A-{i}\n"));

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private Task<long> SentAsync(Guid job) => service.Database.ScalarAsync<long>($"select count(*) from deliveries where batch_id = '{job}' and status in ({{status.sent}}, {{status.delivered}}, {{status.read}})");

    private static long Rows(JsonElement job, string name) => job.GetProperty("rows").GetProperty(name).GetInt64();

    private static long BatchDeliveriesOf(JsonElement job) => job.GetProperty("deliveries").GetProperty("total").GetInt64();

    private static long Pending(JsonElement job) => job.TryGetProperty("deliveries", out var deliveries) ? deliveries.GetProperty("pending").GetInt64() : -1;

    /// <summary>Without the sentences and the line numbers.</summary>
    private static async Task<IReadOnlyList<string>> ErrorsAsync(BulkTenant tenant, Guid job)
    {
        var lines = (await tenant.TextAsync($"bulk/{job}/errors.csv")).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var delimiter = lines[0].Contains(';', StringComparison.Ordinal) ? ';' : ',';
        return [lines[0], .. lines.Skip(1).Select(line => string.Join(delimiter, line.Split(delimiter).Take(lines[0].Split(delimiter).Length - 2)))];
    }

    private async Task ShouldHoldAsync() => (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
}
