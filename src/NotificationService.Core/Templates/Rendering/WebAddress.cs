namespace NotificationService.Templates.Rendering;

internal static class WebAddress
{
    private const int Longest = 2_048;

    /// <summary>Whether somebody else could fetch it: absolute, http or https.</summary>
    public static bool IsOne(string? url) => url?.Length <= Longest
        && Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && parsed.Host.Length > 0;
}
