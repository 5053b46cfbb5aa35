using NotificationService.Channels;

namespace NotificationService.Providers.InApp;

/// <summary>The inbox. The delivery itself is the item that the user reads, so that handing it over is delivering it.</summary>
internal sealed class InAppProvider : IProvider
{
    private static readonly Task<ProviderResult> Delivered = Task.FromResult<ProviderResult>(new ProviderResult.Accepted("", Delivered: true));

    private static readonly Task<ProviderResult> Unsupported =
        Task.FromResult<ProviderResult>(new ProviderResult.Rejected("channel_unsupported", "the inbox takes in-app messages only"));

    public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ProviderResult>(cancellationToken);
        return call.Message is ChannelMessage.InApp ? Delivered : Unsupported;
    }
}
