namespace NotificationService.Outbound;

/// <summary>The name under which the host of an address is looked up and called.</summary>
public static class AddressName
{
    /// <summary>
    /// In ASCII. Null where there is none, or one that cannot be written so, such as with letters of two directions or too long:
    /// such an address can be read, and throws when it is asked for the name.
    /// </summary>
    public static string? Of(Uri url)
    {
        try
        {
            return url.IdnHost is { Length: > 0 } name ? name : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}
