using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Http.Bodies;

/// <summary>How a whole body is read: how large, how slowly, how much of the budget.</summary>
public sealed class BodyReaderTests
{
    private static readonly BodyPolicy Policy = new(64 * 1024, TimeSpan.FromSeconds(60), 1024);

    private readonly ManualTime time = new();
    private readonly BodyBudget budget = new(Options.Create(new BodyOptions { MaxBodyBytes = 96 << 20 }), TimeProvider.System);
    private readonly Pipe pipe = new();

    [Fact]
    public async Task What_was_sent_fast_buys_no_longer_pause()
    {
        var reading = Read();
        await pipe.Writer.WriteAsync(new byte[60 * 1024]);
        await Eventually.TrueAsync(() => Task.FromResult(budget.Held == 60 * 1024), TimeSpan.FromSeconds(60));

        await PauseAsync(BodyPolicy.Grace + TimeSpan.FromSeconds(1), reading);

        var (_, refusal) = await reading;
        (refusal!.Value.Status, refusal.Value.Code).ShouldBe((408, BodyReader.TooSlowCode));
        refusal.Value.Detail!.ShouldContain("60 s");
    }

    [Fact]
    public async Task A_sender_that_drips_is_cut_off_although_it_never_pauses_for_long()
    {
        var reading = Read();
        for (var second = 0; second < 15 && !reading.IsCompleted; second++)
        {
            await pipe.Writer.WriteAsync(new byte[100]);
            await PauseAsync(TimeSpan.FromSeconds(1), reading);
        }

        (await reading).Refusal!.Value.Status.ShouldBe(408);
    }

    [Fact]
    public async Task However_fast_it_is_a_body_ends()
    {
        var reading = Read(new BodyPolicy(1 << 20, TimeSpan.FromSeconds(20), 1024));
        for (var second = 0; second < 25 && !reading.IsCompleted; second++)
        {
            await pipe.Writer.WriteAsync(new byte[2048]);
            await PauseAsync(TimeSpan.FromSeconds(1), reading);
        }

        (await reading).Refusal!.Value.Status.ShouldBe(408);
    }

    [Fact]
    public async Task What_is_held_is_counted_while_it_comes_and_given_back_with_the_response()
    {
        var context = Context();
        var reading = BodyReader.ReadAsync(context.Request, Policy, CancellationToken.None).AsTask();
        await pipe.Writer.WriteAsync(new byte[10_000]);
        await Eventually.TrueAsync(() => Task.FromResult(budget.Held == 10_000), TimeSpan.FromSeconds(60));
        await pipe.Writer.WriteAsync(new byte[5_000]);
        await pipe.Writer.CompleteAsync();

        var (bytes, refusal) = await reading;

        refusal.ShouldBeNull();
        bytes.Length.ShouldBe(15_000);
        budget.Held.ShouldBe(15_000);
        await context.Features.Get<Completion>()!.CompleteAsync();
        budget.Held.ShouldBe(0);
    }

    [Fact]
    public async Task Kestrels_word_for_a_chunk_that_no_int_holds_is_a_400()
    {
        var reading = Read();
        await pipe.Writer.CompleteAsync(new IOException("Bad chunk size data."));

        (await reading).Refusal!.Value.Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_body_that_is_larger_than_the_call_takes_is_not_kept()
    {
        var reading = Read();
        await pipe.Writer.WriteAsync(new byte[Policy.MaxBytes + 1]);

        (await reading).Refusal!.Value.Status.ShouldBe(413);
        budget.Held.ShouldBeLessThanOrEqualTo(Policy.MaxBytes);
    }

    private Task<(ReadOnlyMemory<byte> Bytes, ProblemResult? Refusal)> Read(BodyPolicy? policy = null) =>
        BodyReader.ReadAsync(Context().Request, policy ?? Policy, CancellationToken.None).AsTask();

    /// <summary>Lets the reader take what is there before the clock goes on.</summary>
    private async Task PauseAsync(TimeSpan pause, Task reading)
    {
        await Eventually.TrueAsync(() => Task.FromResult(reading.IsCompleted || time.Timers > 0), TimeSpan.FromSeconds(60));
        time.Advance(pause);
        await Task.Yield();
    }

    private DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton<TimeProvider>(time).AddSingleton(budget).BuildServiceProvider() };
        var completion = new Completion();
        context.Features.Set<IHttpResponseFeature>(completion);
        context.Features.Set(completion);
        context.Features.Set<IRequestBodyPipeFeature>(new Body(pipe.Reader));
        return context;
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    private sealed class Completion : HttpResponseFeature
    {
        private readonly List<(Func<object, Task> Callback, object State)> completed = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => completed.Add((callback, state));

        public async Task CompleteAsync()
        {
            foreach (var (callback, state) in completed)
                await callback(state);
        }
    }
}
