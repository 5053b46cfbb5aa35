namespace NotificationService.Channels;

/// <summary>Where each provider reports to.</summary>
public sealed class ReceiptAddresses(ProviderTypes types, PublicUrl publicUrl)
{
    /// <summary>Null when the vendor reports nothing, or nobody outside can reach us.</summary>
    public Uri? Of(string type, Guid provider) =>
        types.TryFind(type, out var found) && found is IReceiptSource source ? publicUrl.At($"webhooks/{source.ReceiptPath}/{provider}") : null;
}
