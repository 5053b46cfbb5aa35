namespace NotificationService.Channels;

/// <summary>The address under which the world reaches this service, from the settings and never from a request's headers; null where nobody said.</summary>
public sealed record PublicUrl(Uri? Value)
{
    /// <exception cref="InvalidOperationException">The setting is no absolute http or https address.</exception>
    public static PublicUrl Of(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
            return new PublicUrl(Value: null);
        if (!Uri.TryCreate(setting.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length > 0)
            throw new InvalidOperationException("Notification__PublicUrl must be an absolute http or https address without a query");
        return new PublicUrl(url);
    }

    /// <summary>A path below it, without a slash in front.</summary>
    public Uri? At(string path) => Value is null ? null : new Uri(Value, path);
}
