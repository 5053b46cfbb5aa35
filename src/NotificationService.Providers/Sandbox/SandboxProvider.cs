using NotificationService.Channels;
using Npgsql;

namespace NotificationService.Providers.Sandbox;

/// <summary>Sends to nobody: keeps what it was given and plays the outcome that the recipient asks for.</summary>
internal sealed class SandboxProvider(ProviderConfiguration configuration, SandboxMailbox mailbox, TimeProvider time) : IProvider
{
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(5);

    public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        var (recipient, outcome) = SandboxOutcomes.Of(call.Message);
        var began = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Deadline);
        try
        {
            await mailbox.KeepAsync(configuration, call, recipient, SandboxJson.Of(call.Message), outcome.ToName(), limit.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ProviderResult.Deferred("sandbox_unavailable", "the sandbox could not keep the message");
        }

        return outcome == SandboxOutcome.Slow
            ? await TakeLongAsync(call, time.GetElapsedTime(began), cancellationToken)
            : Result(outcome, Id(call));
    }

    private async Task<ProviderResult> TakeLongAsync(ProviderCall call, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var left = call.Deadline - elapsed;
        try
        {
            await Task.Delay(Slowness < left ? Slowness : left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new ProviderResult.Ambiguous("interrupted", "the sandbox had taken the message and not yet answered");
        }

        return Slowness < left ? Result(SandboxOutcome.Slow, Id(call)) : new ProviderResult.Ambiguous("timeout", "the sandbox was slower than the call may be");
    }

    private static string Id(ProviderCall call) => $"sandbox-{call.Delivery.Value:N}-{call.Attempt}";

    /// <summary>A bounce or complaint comes later, as a receipt; until then the message is only accepted.</summary>
    private static ProviderResult Result(SandboxOutcome outcome, string id) => outcome switch
    {
        SandboxOutcome.Fail => new ProviderResult.Rejected("sandbox_fail", "the recipient asked the sandbox to refuse it"),
        SandboxOutcome.Defer => new ProviderResult.Deferred("sandbox_defer", "the recipient asked the sandbox to defer it"),
        SandboxOutcome.Lost => new ProviderResult.Ambiguous("sandbox_lost", "the recipient asked the sandbox to lose the answer"),
        SandboxOutcome.Delivered or SandboxOutcome.Slow => new ProviderResult.Accepted(id, Delivered: true),
        _ => new ProviderResult.Accepted(id),
    };
}
