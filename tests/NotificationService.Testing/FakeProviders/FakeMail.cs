namespace NotificationService.Testing.FakeProviders;

/// <summary>A mail as it came: who it was from and for, and its text with headers, a character a byte.</summary>
public sealed record FakeMail(string From, IReadOnlyList<string> To, string Source)
{
    /// <summary>The headers, unfolded, in their order.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers =>
    [
        .. Source[..Source.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
            .Select(line => line.Split(": ", 2)).Select(parts => (parts[0], parts[1])),
    ];

    /// <summary>What comes after the headers.</summary>
    public string Body => Source[(Source.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public string Header(string name) => Headers.Single(header => header.Name == name).Value;
}
