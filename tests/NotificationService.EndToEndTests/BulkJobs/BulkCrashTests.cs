using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.Http;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>
/// A large file with known faults while processes and backends are killed. <c>BULK_ROWS</c> and <c>BULK_KILLS</c> make it the long run that
/// TESTING_GUIDE.md describes: a million rows and thirty kills.
/// </summary>
public sealed class BulkCrashTests(PostgresCluster cluster)
{
    private static readonly int Rows = Setting("BULK_ROWS", 4_000);
    private static readonly int Kills = Setting("BULK_KILLS", 3);

    [Fact]
    public async Task However_often_the_processes_die_the_rows_errors_and_notifications_are_exactly_those_of_the_file()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        // One in a hundred is bad, where everybody can work it out.
        var file = Encoding.UTF8.GetBytes("email,name,orderId\n" + string.Concat(Enumerable.Range(2, Rows).Select(line => line % 100 == 0 ? $"nobody,P,A-{line}\n" : $"p{line}@example.com,P,A-{line}\n")));
        var bad = Enumerable.Range(2, Rows).Where(line => line % 100 == 0).ToArray();
        var process = await ServiceProcess.StartAsync(connectionString);
        try
        {
            var job = await UploadAsync(process.Client, file);
            var random = new Random(20261121);
            for (var kill = 0; kill < Kills; kill++)
            {
                var goal = (int)((kill + 1) * 0.9 * Rows / (Kills + 1));
                await Eventually.TrueAsync(async () => await CountAsync(source, $"select rows_done from bulk_jobs where id = '{job}'") >= goal, TimeSpan.FromMinutes(5));
                if (random.Next(2) == 0)
                {
                    process = await AfterKillAsync(process, source, connectionString);
                }
                else
                {
                    await CountAsync(source, "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name like 'notification-%'");
                }
            }

            await Eventually.TrueAsync(async () => await CountAsync(source, $"select state from bulk_jobs where id = '{job}'") == 5, TimeSpan.FromMinutes(10));
            // What a worker notes once, and not a count of a million rows fifty times a second: that would be slower than the sending.
            await Eventually.TrueAsync(async () => await CountAsync(source, $"select count(*) from batches where id = '{job}' and ended_at is not null") == 1, TimeSpan.FromMinutes(20));
            (await CountAsync(source, "select count(*) from deliveries where status < {status.sent}")).ShouldBe(0);

            (await CountAsync(source, $"select count(*) from notifications where batch_id = '{job}'")).ShouldBe(Rows - bad.Length);
            (await CountAsync(source, $"select count(distinct data->>'orderId') from notifications where batch_id = '{job}'")).ShouldBe(Rows - bad.Length);
            await using var command = source.CreateCommand($"select array_agg(line order by line) from bulk_errors where job_id = '{job}'");
            ((int[])(await command.ExecuteScalarAsync())!).ShouldBe(bad);
            (await new Invariants(source).ViolationsAsync()).ShouldBeEmpty();

            // The bad rows are corrected: whoever takes them dies, and so does whoever was asked to go on after a pause.
            var corrected = Encoding.UTF8.GetBytes((await AskAsync(process.Client, HttpMethod.Get, $"bulk/{job}/errors.csv")).Replace("nobody", "somebody@example.com", StringComparison.Ordinal));
            // Nobody begins with them before they are paused: each is to be tried in an hour.
            await CountAsync(source, """
                create function put_off() returns trigger language plpgsql as $$ begin new.retry_at := now() + interval '1 hour'; return new; end $$;
                create trigger put_off before insert on bulk_row_ranges for each row execute function put_off()
                """);
            (await UploadAsync(process.Client, corrected, job)).ShouldBe(job);
            await AskAsync(process.Client, HttpMethod.Post, $"bulk/{job}/pause");
            await CountAsync(source, $"drop trigger put_off on bulk_row_ranges; drop function put_off; update bulk_row_ranges set retry_at = null where job_id = '{job}'");
            process = await AfterKillAsync(process, source, connectionString);
            (await CountAsync(source, $"select count(*) from bulk_jobs where id = '{job}' and state = {{job.done}}")).ShouldBe(0, "it was paused");
            await AskAsync(process.Client, HttpMethod.Post, $"bulk/{job}/resume");
            process = await AfterKillAsync(process, source, connectionString);
            await Eventually.TrueAsync(async () => await CountAsync(source, $"select count(*) from bulk_jobs where id = '{job}' and state = {{job.done}}") == 1, TimeSpan.FromMinutes(5));
            await Eventually.TrueAsync(async () => await CountAsync(source, $"select count(*) from batches where id = '{job}' and ended_at is not null") == 1, TimeSpan.FromMinutes(5));

            (await CountAsync(source, $"select count(*) from bulk_errors where job_id = '{job}' and corrected_by is null")).ShouldBe(0);
            (await CountAsync(source, $"select count(*) from notifications where batch_id = '{job}'")).ShouldBe(Rows);
            (await CountAsync(source, $"select count(distinct data->>'orderId') from notifications where batch_id = '{job}'")).ShouldBe(Rows);
            (await new Invariants(source).ViolationsAsync()).ShouldBeEmpty();
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_upload_whose_sender_or_receiver_dies_leaves_a_failed_job_and_nothing_sent()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        await using var process = await ServiceProcess.StartAsync(connectionString);

        // The sender goes away in the middle of the third row range.
        using var cut = new CancellationTokenSource();
        var upload = UploadAsync(process.Client, new EndlessRows(), cut.Token);
        await Eventually.TrueAsync(async () => await CountAsync(source, "select count(*) from bulk_row_ranges") >= 2, TimeSpan.FromSeconds(90));
        await cut.CancelAsync();
        await Should.ThrowAsync<Exception>(upload);

        await Eventually.TrueAsync(async () => await CountAsync(source, "select count(*) from bulk_jobs where state = {job.failed} and reason = 'upload_incomplete'") == 1, TimeSpan.FromSeconds(90));
        await Eventually.TrueAsync(async () => await CountAsync(source, "select count(*) from bulk_row_ranges") == 0, TimeSpan.FromSeconds(90));

        // And one whose process is gone is given up by whoever works.
        await CountAsync(source, "update bulk_jobs set state = {job.uploading}, reason = null, touched_at = now() - interval '3 minutes' returning 1");
        await using var worker = await ServiceProcess.StartAsync(connectionString, ServiceProcess.WithoutSeed);
        await Eventually.TrueAsync(async () => await CountAsync(source, "select count(*) from bulk_jobs where state = {job.failed} and reason = 'upload_incomplete'") == 1, TimeSpan.FromSeconds(90));
        (await CountAsync(source, "select count(*) from notifications")).ShouldBe(0);
    }

    /// <summary>What the dead one held can be taken over at once: nobody else is at work.</summary>
    private static async Task<ServiceProcess> AfterKillAsync(ServiceProcess process, NpgsqlDataSource source, string connectionString)
    {
        await process.KillAsync();
        await process.DisposeAsync();
        await using (var command = source.CreateCommand(SqlNames.Replace(
            "update deliveries set lease_until = clock_timestamp() where id in (select id from deliveries where status = {status.sending} for update skip locked)")))
            await command.ExecuteNonQueryAsync();
        return await ServiceProcess.StartAsync(connectionString, ServiceProcess.WithoutSeed);
    }

    private static async Task<Guid> UploadAsync(HttpClient client, byte[] file, Guid? continues = null)
    {
        using var response = await UploadAsync(client, new MemoryStream(file), CancellationToken.None, continues);
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("jobId").GetGuid();
    }

    private static async Task<string> AskAsync(HttpClient client, HttpMethod method, string path)
    {
        using var response = await (await new ApiClient(client).DemoServiceAsync()).SendAsync(method, $"{BulkTenant.Root}/{path}");
        var body = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(body);
        return body;
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, Stream file, CancellationToken cancellationToken, Guid? continues = null)
    {
        using var form = new MultipartFormDataContent();
        if (continues is { } job)
        {
            form.Add(new StringContent(job.ToString()), "continues");
        }
        else
        {
            form.Add(new StringContent("order-shipped"), "template");
            form.Add(new StringContent("email"), "channel");
        }

        form.Add(new StreamContent(file), "file", "people.csv");
        return await (await new ApiClient(client).DemoServiceAsync()).SendAsync(HttpMethod.Post, $"{BulkTenant.Root}/bulk/csv", form, cancellationToken: cancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(SqlNames.Replace(sql));
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : byDefault;

    /// <summary>A file that goes on until somebody stops it.</summary>
    private sealed class EndlessRows : Stream
    {
        private int line = 1;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var text = line == 1 ? "email,name,orderId\n" : $"p{line}@example.com,P,A-{line}\n";
            line++;
            return Encoding.UTF8.GetBytes(text, buffer.AsSpan(offset, count));
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
