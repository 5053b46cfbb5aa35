using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Samples;

/// <summary>Renders a version's samples, and the published version with the same data beside it.</summary>
public static class SampleRendering
{
    /// <summary>Twenty samples on five channels, twice: what takes longer has not been looked at, and is failed.</summary>
    private static readonly TimeSpan LongestOfAll = 8 * TemplateLimits.RenderTime;

    /// <summary>Who wants samples waits for others who do, and sends wait for none of them.</summary>
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <param name="version">The draft.</param>
    /// <param name="published">What is sent now; null if nothing is.</param>
    /// <param name="brand">The tenant's.</param>
    /// <param name="now">The time that all of them are about.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Nothing where the version cannot be compiled.</returns>
    public static async Task<IReadOnlyList<SampleResult>> RunAsync(
        TemplateVersion version, TemplateVersion? published, BrandModel? brand, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var samples = TemplateSample.Of(version);
        if (samples.Count == 0 || await TemplateCompiler.CompileAsync(version.Contents, version.Variables, cancellationToken) is not { Template: { } template })
            return [];
        var former = published is null || published.Version == version.Version ? null : (await TemplateCompiler.CompileAsync(published.Contents, published.Variables, cancellationToken)).Template;
        await Turn.WaitAsync(cancellationToken);
        try
        {
            var start = Stopwatch.GetTimestamp();
            var results = new List<SampleResult>(samples.Count);
            foreach (var sample in samples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                results.Add(Stopwatch.GetElapsedTime(start) > LongestOfAll
                    ? new(sample.Name, sample.Locale, [new(null, TemplateCodes.RenderLimit, "the samples before it took as long as all of them may")], [])
                    : Run(sample, template, former, brand, now));
            }

            return results;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Why the version must not be published, as long as nobody insists.</summary>
    public static IReadOnlyList<TemplateIssue> Issues(IReadOnlyList<SampleResult> results) =>
    [
        .. results.Select((result, i) => (result, i)).Where(one => one.result.Problems.Count > 0).Select(one => new TemplateIssue(
            $"/samples/{one.i}", "sample_failed",
            $"the sample '{one.result.Name}' fails: {string.Join("; ", one.result.Problems.Take(5).Select(problem => problem.Channel is { } channel ? $"{channel.ToName()}: {problem.Message}" : problem.Message))}")),
    ];

    private static SampleResult Run(TemplateSample sample, CompiledTemplate template, CompiledTemplate? former, BrandModel? brand, DateTimeOffset now)
    {
        var problems = new List<SampleProblem>();
        var changes = new List<SampleChange>();
        var data = System.Text.Encoding.UTF8.GetBytes(sample.Data.GetRawText());
        foreach (var channel in template.Channels)
        {
            var preview = TemplatePreview.Of(template, channel, sample.Locale, data, brand, now);
            problems.AddRange(preview.MissingVariables.Select(variable => new SampleProblem(channel, "variable_missing", $"the variable '{variable}' is missing")));
            if (problems.TrueForAll(problem => problem.Channel is not null))
                problems.AddRange(preview.DataIssues.Select(issue => new SampleProblem(null, issue.Code, issue.Message)));
            if (preview.Outcome is RenderOutcome.Failed failed)
                problems.Add(new(channel, failed.Code, failed.Message));
            if (former is not null)
                changes.AddRange(Compare(channel, Texts(former.Channels.Contains(channel) ? TemplatePreview.Of(former, channel, sample.Locale, data, brand, now) : null), Texts(preview)));
        }

        return new(sample.Name, sample.Locale, problems, changes);
    }

    private static IEnumerable<SampleChange> Compare(ChannelKind channel, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        foreach (var field in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            if (SampleDiff.Of(before.GetValueOrDefault(field, ""), after.GetValueOrDefault(field, "")) is { Count: > 0 } lines)
                yield return new(channel, field, lines);
        }
    }

    /// <summary>Its fields by their names in the API; none where it could not be rendered.</summary>
    private static Dictionary<string, string> Texts(ChannelPreview? preview)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (preview?.Outcome is not RenderOutcome.Rendered { Content: var content })
            return texts;
        foreach (var (name, text) in new[]
        {
            ("subject", content.Subject), ("html", content.Html), ("text", content.Text), ("title", content.Title), ("body", content.Body), ("actionUrl", content.ActionUrl),
            ("imageUrl", content.ImageUrl), ("collapseKey", content.CollapseKey), ("templateName", content.Approved?.Name), ("components", content.Approved?.Components),
        })
        {
            if (text is not null)
                texts[name] = text;
        }

        foreach (var (name, text) in content.Data)
            texts[$"data.{name}"] = text;
        return texts;
    }
}
