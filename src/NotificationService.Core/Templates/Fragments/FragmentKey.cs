namespace NotificationService.Templates.Fragments;

/// <summary>
/// The name of a layout or partial, as a template's. Those that begin with <c>shared.</c> are every tenant's: they come with the service or are written by
/// its platform admins, so that no tenant's own ever hides one of them.
/// </summary>
public static class FragmentKey
{
    public const string SharedPrefix = "shared.";

    public static bool IsValid(string key) => TemplateKey.IsValid(key);

    public static bool IsShared(string key) => key.StartsWith(SharedPrefix, StringComparison.Ordinal);
}
