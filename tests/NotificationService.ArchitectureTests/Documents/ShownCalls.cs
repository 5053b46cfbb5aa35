using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>A call that a document shows with curl, to <c>$API</c>.</summary>
/// <param name="Body">The JSON that it sends, if it is shown.</param>
internal sealed record ShownCall(string Method, string Path, string? Body)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Whether the route takes it. A parameter of the route takes any word.</summary>
    public bool Fits(RouteEndpoint route)
    {
        var (pattern, path) = (Segments(route.RoutePattern.RawText ?? ""), Segments(Path));
        return pattern.Length == path.Length
            && pattern.Zip(path).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)
            && route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(Method) == true;
    }

    /// <summary>What is wrong with the body for a route that takes this type; null when nothing is.</summary>
    public string? FaultFor(Type? type)
    {
        try
        {
            _ = Body is null ? null : JsonSerializer.Deserialize(Body, type ?? typeof(JsonElement), Strict);
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }

    public override string ToString() => $"{Method} {Path}";

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

internal static partial class ShownCalls
{
    /// <summary>Each command is from its <c>curl</c> to the next one, or to the end of the block.</summary>
    public static IEnumerable<ShownCall> In(string text)
    {
        foreach (var block in Block().Matches(text).Select(match => match.Groups[1].Value))
        {
            foreach (var command in block.Split("curl ").Skip(1))
            {
                if (Target().Match(command) is { Success: true } target)
                    yield return new ShownCall(MethodOf(command), target.Groups[1].Value, Json().Match(command) is { Success: true } json ? json.Groups[1].Value : null);
            }
        }
    }

    /// <summary>What is said, or what curl makes of data and forms.</summary>
    private static string MethodOf(string command) =>
        Said().Match(command) is { Success: true } said ? said.Groups[1].Value : Sends().IsMatch(command) ? "POST" : "GET";

    [GeneratedRegex("^ *```[a-z]*\n(?<lines>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("""\$API(/[^\s"'?]*)""")]
    private static partial Regex Target();

    [GeneratedRegex(@"-X ([A-Z]+)")]
    private static partial Regex Said();

    [GeneratedRegex(@"-d '([{\[][^']*)'")]
    private static partial Regex Json();

    [GeneratedRegex(@"\s(-d|--data\S*|-F)\s")]
    private static partial Regex Sends();
}
