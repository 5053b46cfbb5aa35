using NotificationService.Host.Http.Bodies;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Http.Bodies;

/// <summary>How slow a sender may be that holds a turn others wait for.</summary>
public sealed class SteadyBodyTests
{
    private const int Rate = 16 * 1024;

    [Theory]
    [InlineData(Rate, 1_000)]
    [InlineData(Rate / 2, 59)]
    [InlineData(0, 29)]
    public async Task A_sender_is_cut_off_when_it_was_too_slow_for_half_a_minute_of_what_it_should_have_sent(int bytesPerSecond, int lastsSeconds)
    {
        var (time, sender) = (new ManualTime(), new Sender());
        using var body = new SteadyBody(sender, Rate, TimeSpan.FromHours(1), time);

        var seconds = 0;
        try
        {
            for (; seconds < 1_000; seconds++)
                await ReadAsync(body, sender, time, bytesPerSecond);
        }
        catch (UploadTooSlowException)
        {
            // This is what is asked about.
        }

        seconds.ShouldBeInRange(lastsSeconds - 1, lastsSeconds + 1);
    }

    [Fact]
    public async Task What_was_sent_fast_buys_no_longer_pause()
    {
        var (time, sender) = (new ManualTime(), new Sender());
        using var body = new SteadyBody(sender, Rate, TimeSpan.FromHours(1), time);
        for (var i = 0; i < 100; i++)
            await ReadAsync(body, sender, TimeSpan.FromMilliseconds(1), time, 1024 * 1024);

        var pause = body.ReadAsync(new byte[10]).AsTask();
        time.Advance(SteadyBody.Grace + TimeSpan.FromSeconds(1));

        await Should.ThrowAsync<UploadTooSlowException>(pause);
    }

    [Fact]
    public async Task However_fast_it_is_an_upload_ends()
    {
        var (time, sender) = (new ManualTime(), new Sender());
        using var body = new SteadyBody(sender, minPerSecond: 0, TimeSpan.FromMinutes(10), time);
        for (var i = 0; i < 599; i++)
            await ReadAsync(body, sender, time, 1);

        var last = body.ReadAsync(new byte[10]).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));

        await Should.ThrowAsync<UploadTooSlowException>(last);
        body.Bytes.ShouldBe(599);
    }

    [Fact]
    public async Task The_time_that_we_take_is_not_the_senders()
    {
        var (time, sender) = (new ManualTime(), new Sender());
        using var body = new SteadyBody(sender, Rate, TimeSpan.FromHours(1), time);
        for (var i = 0; i < 5; i++)
        {
            await ReadAsync(body, sender, TimeSpan.FromMilliseconds(1), time, 100);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        body.Bytes.ShouldBe(500);
    }

    private static Task ReadAsync(SteadyBody body, Sender sender, ManualTime time, int bytes) => ReadAsync(body, sender, TimeSpan.FromSeconds(1), time, bytes);

    /// <summary>Waits so long for so many bytes; none for a sender that says nothing.</summary>
    private static async Task ReadAsync(SteadyBody body, Sender sender, TimeSpan after, ManualTime time, int bytes)
    {
        var reading = body.ReadAsync(new byte[1024 * 1024]).AsTask();
        time.Advance(after);
        if (bytes == 0)
            sender.Nothing();
        else
            sender.Send(bytes);
        await reading;
    }

    /// <summary>A body that comes when the test says so.</summary>
    private sealed class Sender : ForwardStream
    {
        private TaskCompletionSource<int> next = new();

        public void Send(int bytes) => next.TrySetResult(bytes);

        /// <summary>A byte that does not count.</summary>
        public void Nothing() => next.TrySetResult(0);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            next = new TaskCompletionSource<int>();
            return await next.Task.WaitAsync(cancellationToken);
        }
    }
}
