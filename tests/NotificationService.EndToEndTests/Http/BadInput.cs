using System.Text;
using System.Text.Json;
using NotificationService.Host.Http.Bodies;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>One line of <c>corpus.jsonl</c>: a request that must be refused, and how.</summary>
internal sealed record BadInput(
    string Id, string Route, string Method, int ExpectStatus, string? ExpectCode = null, string? ExpectErrorCode = null,
    string? Query = null, string[][]? Headers = null, string? Body = null, string? BodyBase64 = null, Repeated? Repeat = null, bool Anonymous = false)
{
    private static readonly JsonSerializerOptions Options = JsonSerializerOptions.Web;

    public static IReadOnlyList<BadInput> Corpus { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "NotificationService.EndToEndTests", "Http", "corpus.jsonl"))
            .Select(line => JsonSerializer.Deserialize<BadInput>(line, Options)!),
    ];

    /// <summary>The request's bytes on the wire, for one path.</summary>
    public byte[] On(string path, string token)
    {
        var body = Content();
        var head = new StringBuilder($"{Method} {path}{(Query is null ? "" : "?" + Query)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (!Anonymous)
            head.Append($"Authorization: Bearer {token}\r\n");
        foreach (var header in Headers ?? (body is null ? [] : [["Content-Type", "application/json"]]))
            head.Append($"{header[0]}: {header[1]}\r\n");
        if (body is not null)
            head.Append($"Content-Length: {body.Length}\r\n");
        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    /// <summary>As it is answered on one path: who signs in has little to say, and what is longer is refused before it is read.</summary>
    public BadInput At(string path) =>
        (path.StartsWith("/api/v1/auth/", StringComparison.Ordinal) && Content()?.Length > BodyPolicy.SignIn.MaxBytes)
            || (path == "/api/v1/services/events" && Content()?.Length > BodyPolicy.Event.MaxBytes)
            ? this with { ExpectStatus = 413, ExpectCode = "payload_too_large", ExpectErrorCode = null }
            : this;

    private byte[]? Content()
    {
        if (BodyBase64 is not null)
            return Convert.FromBase64String(BodyBase64);
        return (Body ?? Repeat?.Text()) is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }
}

/// <summary>A long body in few words: <c>{i}</c> in the unit becomes its number.</summary>
internal sealed record Repeated(string Before, string Unit, int Count, string After)
{
    public string Text()
    {
        var text = new StringBuilder(Before);
        if (Unit.Length == 1)
            return text.Append(Unit[0], Count).Append(After).ToString();
        var numbered = Unit.Contains("{i}", StringComparison.Ordinal);
        for (var i = 0; i < Count; i++)
            text.Append(numbered ? Unit.Replace("{i}", i.ToString(), StringComparison.Ordinal) : Unit);
        return text.Append(After).ToString();
    }
}
