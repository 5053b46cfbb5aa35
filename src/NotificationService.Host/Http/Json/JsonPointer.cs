namespace NotificationService.Host.Http.Json;

/// <summary>Writes JSON Pointers (RFC 6901) into a request.</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string name) =>
        $"{pointer}/{Problem.Echo(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>From the serializer's own notation, <c>$.recipient.deviceTokens[2]</c>.</summary>
    public static string OfPath(string? path)
    {
        var pointer = "";
        foreach (var part in (path ?? "").Split(['.', '[', ']', '\''], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part != "$")
                pointer = Append(pointer, part);
        }

        return pointer;
    }
}
