using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Benchmarks.Reporting;
using NotificationService.Benchmarks.Rigging;

namespace NotificationService.Benchmarks.Scenarios;

/// <summary>A large file, due in an hour, so that nothing but its rows is worked on.</summary>
internal static class BulkCsv
{
    private static readonly TimeSpan Later = TimeSpan.FromHours(2);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Rig rig)
    {
        var (figures, rows) = (new Figures(), rig.Options.Count ?? 1_000_000);
        await using var service = await BenchService.StartAsync(rig);
        await service.WarmAsync();
        await AddTemplateAsync(service);
        await UntilDoneAsync(service, await UploadAsync(service, 20_000, Later));
        for (var run = 0; run < rig.Options.Runs; run++)
        {
            await ResetAsync(service);
            await Rig.QuietAsync();
            var (api, worker) = (service.ResidentMiB(), service.WorkerResidentMiB());
            var cpu = CpuSpan.Begin(rig, service);
            var began = TimeProvider.System.GetTimestamp();
            using var sampling = new CancellationTokenSource();
            var peak = PeakAsync(service, sampling.Token);
            var job = await UploadAsync(service, rows, Later);
            var uploaded = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            await UntilDoneAsync(service, job);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            await sampling.CancelAsync();
            var (maxApi, maxWorker) = await peak;
            cpu.End(figures, rows);
            var queued = await service.ScalarAsync($"select count(*) from notifications where batch_id = '{job}'");
            if (queued != rows - rows / 100)
                throw new InvalidOperationException($"{queued} of {rows - rows / 100} good rows were queued");
            figures.Add("stored (answered 202)", "rows/s", rows / uploaded);
            figures.Add("from the first byte until all is queued", "rows/s", rows / seconds);
            figures.Add("memory growth, API", "MiB", maxApi - api);
            figures.Add("memory growth, worker", "MiB", maxWorker - worker);
        }

        return figures.Done();
    }

    public static Task AddTemplateAsync(BenchService service) =>
        service.Tenant.AddTemplateAsync(service.Api.Client, "bulk", "Order {{orderId}}", "<p>Dear {{name}}, order {{orderId}} of {{amount}} goes to {{city}}.</p>");

    public static async Task ResetAsync(BenchService service)
    {
        await service.ResetAsync();
        await service.ExecuteAsync("truncate bulk_jobs, bulk_row_ranges, bulk_errors, batches, batch_chunks, batch_changes, batch_counts");
    }

    /// <param name="service">Of its tenant.</param>
    /// <param name="rows">One in a hundred is bad.</param>
    /// <param name="due">Later than now; otherwise each row is sent as soon as it is queued.</param>
    public static async Task<Guid> UploadAsync(BenchService service, int rows, TimeSpan due)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("bulk"), "template" },
            { new StringContent("email"), "channel" },
            { new StringContent("true"), "force" },
            { new StringContent((TimeProvider.System.GetUtcNow() + due).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")), "sendAt" },
            { new StreamContent(new RowStream(rows), 64 * 1024), "file", "people.csv" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/services/notifications/bulk/csv") { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", service.Tenant.Token);
        using var response = await service.Api.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetGuid();
    }

    public static async Task UntilDoneAsync(BenchService service, Guid job)
    {
        while (await service.ScalarAsync($"select state from bulk_jobs where id = '{job}'") != 5)
            await Task.Delay(20);
    }

    private static async Task<(double Api, double Worker)> PeakAsync(BenchService service, CancellationToken cancellationToken)
    {
        var (api, worker) = (0.0, 0.0);
        while (!cancellationToken.IsCancellationRequested)
        {
            (api, worker) = (Math.Max(api, service.ResidentMiB()), Math.Max(worker, service.WorkerResidentMiB()));
            await Task.Delay(100, CancellationToken.None);
        }

        return (api, worker);
    }

    /// <summary>The file, made while it is read; one row in a hundred has no address.</summary>
    private sealed class RowStream(int rows) : Stream
    {
        private readonly byte[] made = new byte[256];
        private int next = -1;
        private int length;
        private int used;

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
            var written = 0;
            while (written < count)
            {
                if (used == length && !Make())
                    break;
                var taken = Math.Min(length - used, count - written);
                made.AsSpan(used, taken).CopyTo(buffer.AsSpan(offset + written));
                used += taken;
                written += taken;
            }

            return written;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private bool Make()
        {
            if (next == rows)
                return false;
            var line = next < 0 ? "email,name,orderId,amount,city\n"
                : next % 100 == 99 ? $"nobody,Person {next},A-{next},{next % 977}.50,Toronto\n"
                : $"user{next}@example.com,Person {next},A-{next},{next % 977}.50,Toronto\n";
            (next, length, used) = (next + 1, Encoding.UTF8.GetBytes(line, made), 0);
            return true;
        }
    }
}
