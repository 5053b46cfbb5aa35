using NotificationService.Channels;
using NotificationService.Deliveries.Receipts;
using NotificationService.Storage;

namespace NotificationService.Providers.Sandbox;

/// <summary>Sends to nobody: keeps what it was given and plays the outcome that the recipient asks for.</summary>
internal sealed class SandboxProvider(ProviderConfiguration configuration, SandboxMailbox mailbox, ReceiptIntake receipts, TimeProvider time) : IProvider
{
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMilliseconds(100);

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
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase() || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ProviderResult.Deferred("sandbox_unavailable", "the sandbox could not keep the message");
        }

        var result = outcome == SandboxOutcome.Slow
            ? await TakeLongAsync(call, time.GetElapsedTime(began), cancellationToken)
            : Result(outcome, call);
        if (result is ProviderResult.Accepted { Delivered: false } accepted)
            await ReportAsync(call, outcome, accepted.ProviderMessageId);
        return result;
    }

    /// <summary>As a vendor would, a moment later: by then our own answer is written down.</summary>
    private async Task ReportAsync(ProviderCall call, SandboxOutcome outcome, string id)
    {
        var reports = SandboxReceipts.Of(outcome, call.Delivery, id, time.GetUtcNow());
        if (reports.Count == 0)
            return;
        try
        {
            await receipts.TryKeepAsync(new IncomingReceipts(configuration.Tenant, configuration.Id, reports, ReportDelay, AreTests: true), CancellationToken.None);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // The message is kept and was accepted; a vendor's report can get lost too.
        }
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

        return Slowness < left ? Result(SandboxOutcome.Slow, call) : new ProviderResult.Ambiguous("timeout", "the sandbox was slower than the call may be");
    }

    /// <summary>What became of it comes later, as a report; an inbox has it at once.</summary>
    private static ProviderResult Result(SandboxOutcome outcome, ProviderCall call) => outcome switch
    {
        SandboxOutcome.Fail => new ProviderResult.Rejected("sandbox_fail", "the recipient asked the sandbox to refuse it"),
        SandboxOutcome.Defer => new ProviderResult.Deferred("sandbox_defer", "the recipient asked the sandbox to defer it"),
        SandboxOutcome.Lost => new ProviderResult.Ambiguous("sandbox_lost", "the recipient asked the sandbox to lose the answer"),
        _ => new ProviderResult.Accepted(SandboxMessageId.Of(call.Delivery, call.Attempt), Delivered: call.Message is ChannelMessage.InApp),
    };
}
