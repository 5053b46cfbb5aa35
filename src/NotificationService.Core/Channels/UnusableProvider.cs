namespace NotificationService.Channels;

/// <summary>Stands in for a provider whose configuration cannot be used, so that its deliveries wait with a clear reason until it is corrected.</summary>
internal sealed class UnusableProvider(string code, string reason) : IProvider
{
    public const string CredentialsUnreadable = "credentials_unreadable";
    public const string ConfigurationInvalid = "credentials_configuration_invalid";

    /// <summary>That this process cannot read the credentials says nothing of the account: another may have the key.</summary>
    public static bool IsOfThisProcess(ProviderResult result) => result is ProviderResult.Deferred { Code: CredentialsUnreadable };

    public Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken) =>
        Task.FromResult<ProviderResult>(new ProviderResult.Deferred(code, reason, Cause: DeferralCause.Credentials));
}
