namespace NotificationService.Providers.Smtp;

/// <summary>One reply of an SMTP server.</summary>
/// <param name="Code">Three digits; the first shows success from not now and never.</param>
/// <param name="Lines">The text of each line, without the code.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>The enhanced status code that begins the text (RFC 2034), such as <c>5.1.1</c>; empty where there is none.</summary>
    public string Status
    {
        get
        {
            var word = Lines.Count == 0 ? "" : Lines[0].Split(' ', 2)[0];
            return word.Split('.') is [{ Length: 1 }, { Length: >= 1 and <= 3 }, { Length: >= 1 and <= 3 }] && word.All(c => c == '.' || char.IsAsciiDigit(c)) ? word : "";
        }
    }

    /// <summary>The server closes the conversation with this: nothing of it is about the message.</summary>
    public bool IsClosing => Code == 421;

    /// <summary>The parameters of an extension that EHLO's reply offers, or null.</summary>
    public string? Extension(string keyword)
    {
        foreach (var line in Lines)
        {
            // Some old servers write "AUTH=LOGIN".
            if (line.StartsWith(keyword, StringComparison.OrdinalIgnoreCase) && (line.Length == keyword.Length || line[keyword.Length] is ' ' or '='))
                return line.Length == keyword.Length ? "" : line[(keyword.Length + 1)..];
        }

        return null;
    }
}

/// <summary>What came is no SMTP, or too much of it.</summary>
internal sealed class SmtpProtocolException() : IOException("the server's reply is no SMTP");
