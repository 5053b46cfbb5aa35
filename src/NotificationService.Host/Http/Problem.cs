using System.Text.Json.Serialization;

namespace NotificationService.Host.Http;

/// <summary>An error as every client sees it: RFC 9457, with a stable code and a trace id to quote.</summary>
/// <param name="Type">A URI that names the kind of problem.</param>
/// <param name="Title">The kind of problem in a few words, the same for every occurrence.</param>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Code">A stable word to program against.</param>
/// <param name="Detail">What happened this time.</param>
/// <param name="TraceId">Names the request in logs and traces.</param>
/// <param name="Errors">For a refused request, every field that is wrong.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Code,
    string? Detail = null,
    string? TraceId = null,
    IReadOnlyList<FieldError>? Errors = null)
{
    public const string ContentType = "application/problem+json";

    /// <summary>The longest piece of a client's input that a response repeats.</summary>
    public const int LongestEcho = 80;

    /// <summary>A piece of the client's input, cut to what a response may repeat.</summary>
    public static string Echo(string input) => input.Length <= LongestEcho
        ? input
        : string.Concat(input.AsSpan(0, char.IsHighSurrogate(input[LongestEcho - 2]) ? LongestEcho - 2 : LongestEcho - 1), "…");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
