using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotificationService.Templates.Samples;

/// <summary>A named set of data with which a template is rendered whenever it is to be published.</summary>
/// <param name="Data">A JSON object.</param>
public sealed record TemplateSample(string Name, JsonElement Data, string? Locale)
{
    public const int MaxSamples = 20;
    public const int LongestName = 100;
    public const int LongestData = 32 * 1024;

    /// <summary>What is wrong with them, each with its place in the template's body.</summary>
    public static IReadOnlyList<TemplateIssue> Check(IReadOnlyList<TemplateSample> samples)
    {
        var issues = new List<TemplateIssue>();
        if (samples.Count > MaxSamples)
            return [new("/samples", TemplateCodes.TooComplex, $"a template may have {MaxSamples} samples")];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < samples.Count; i++)
        {
            var (name, data, locale) = samples[i];
            if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
                issues.Add(new($"/samples/{i}/name", "text_invalid", $"a name has 1 to {LongestName} characters"));
            else if (!names.Add(name))
                issues.Add(new($"/samples/{i}/name", "duplicate_field", "another sample has this name"));
            if (data.ValueKind != JsonValueKind.Object || Encoding.UTF8.GetByteCount(data.GetRawText()) > LongestData)
                issues.Add(new($"/samples/{i}/data", TemplateCodes.TooComplex, $"data are an object of at most {LongestData} bytes"));
            if (locale is not null && !LocaleName.IsValid(locale))
                issues.Add(new($"/samples/{i}/locale", "locale_invalid", "this is not a locale; write one such as en or fr-CA"));
        }

        return issues;
    }

    public static string Write(IReadOnlyList<TemplateSample> samples) => JsonSerializer.Serialize(samples, SamplesJson.Default.IReadOnlyListTemplateSample);

    /// <summary>Those of a version.</summary>
    public static IReadOnlyList<TemplateSample> Of(TemplateVersion version) =>
        version.Samples is { } json ? JsonSerializer.Deserialize(json, SamplesJson.Default.IReadOnlyListTemplateSample) ?? [] : [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<TemplateSample>))]
internal sealed partial class SamplesJson : JsonSerializerContext;
