namespace NotificationService.Notices;

/// <summary>The keys of the templates of the tenant system, one for each mail that the service itself writes. Their texts are under seed/system.</summary>
public static class SystemTemplates
{
    public const string Confirmation = "system.confirmation";
    public const string Invitation = "system.invitation";
    public const string PasswordReset = "system.password-reset";

    /// <summary>To the new address, which is to confirm it.</summary>
    public const string EmailChange = "system.email-change";

    /// <summary>To the old one.</summary>
    public const string EmailChanged = "system.email-changed";
    public const string NewSignIn = "system.new-sign-in";
    public const string PasswordChanged = "system.password-changed";
    public const string EndpointDisabled = "system.endpoint-disabled";
    public const string ProviderSuspended = "system.provider-parked";

    public static IReadOnlyList<string> All { get; } =
        [Confirmation, Invitation, PasswordReset, EmailChange, EmailChanged, NewSignIn, PasswordChanged, EndpointDisabled, ProviderSuspended];
}
