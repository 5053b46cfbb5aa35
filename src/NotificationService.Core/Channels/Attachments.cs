namespace NotificationService.Channels;

/// <summary>Files beside a message, which nobody takes here: whoever asks for them learns what to do instead, and not only that there is no such field.</summary>
public static class Attachments
{
    public const string Code = "attachments_not_supported";

    public const string Message = "Attachments are not sent. Put the file where the recipient may fetch it and send a link to it, as a variable of the template.";

    /// <summary>Whether a field of that name is somebody's wish for one.</summary>
    public static bool Is(string field) => field is "attachments" or "attachment";
}
