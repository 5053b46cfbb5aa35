using System.Net;
using System.Text;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A file whose rows come one at a time until somebody ends it.</summary>
internal sealed class SlowFile(TimeSpan apart) : HttpContent
{
    private readonly TaskCompletionSource ended = new();

    public void End() => ended.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        using var timer = new PeriodicTimer(apart);
        await stream.WriteAsync(Encoding.UTF8.GetBytes("email,name,orderId\n"));
        for (var row = 0; ; row++)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"p{row}@example.com,P,A-{row}{new string(' ', 200)}\n"));
            await stream.FlushAsync();
            if (ended.Task.IsCompleted)
                return;
            await timer.WaitForNextTickAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
