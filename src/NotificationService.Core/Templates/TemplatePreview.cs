using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Templates.Language;
using NotificationService.Templates.Schemas;
using NotificationService.Templates.Warnings;

namespace NotificationService.Templates;

/// <summary>One channel of a preview: what it would say, or why it cannot, and the variables it lacks.</summary>
public sealed record ChannelPreview(ChannelKind Channel, RenderOutcome Outcome, IReadOnlyList<string> MissingVariables, IReadOnlyList<DataIssue> DataIssues)
{
    /// <summary>What its recipient, or who pays for it, may not like.</summary>
    public IReadOnlyList<ContentWarning> Warnings => Outcome is RenderOutcome.Rendered rendered ? ContentWarnings.Of(Channel, rendered.Content) : [];
}

/// <summary>Renders a version, published or not, without keeping anything of it.</summary>
public static class TemplatePreview
{
    private const long MaxCharacters = 4L * 1024 * 1024;

    private static readonly TimeSpan LongestOfAll = 8 * TemplateLimits.RenderTime;

    /// <summary>Who asks for all locales waits for others who do, and sends wait for none of them.</summary>
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>Nothing if the version cannot be compiled. Else every channel asked for, all of the version's if none is; the outcome says so for one that it does not have.</summary>
    public static async Task<IReadOnlyList<ChannelPreview>> RenderAsync(
        TemplateVersion version,
        IReadOnlyList<ChannelKind>? channels,
        string? locale,
        ReadOnlyMemory<byte> data,
        BrandModel? brand,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (await TemplateCompiler.CompileAsync(version.Contents, version.Variables, cancellationToken) is not { Template: { } template })
            return [];
        return [.. (channels ?? template.Channels).Select(channel => Of(template, channel, locale, data.Span, brand, now))];
    }

    /// <summary>
    /// Every locale of every channel asked for, with the locale as the recipient's. All of them share a time of eight renders at most, and what was not rendered within it is failed:
    /// a version can have two hundred contents, and whoever asks is not the only one.
    /// </summary>
    public static async Task<IReadOnlyList<(string Locale, ChannelPreview Preview)>> RenderAllAsync(
        TemplateVersion version, IReadOnlyList<ChannelKind>? channels, ReadOnlyMemory<byte> data, BrandModel? brand, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await TemplateCompiler.CompileAsync(version.Contents, version.Variables, cancellationToken) is not { Template: { } template })
            return [];
        await Turn.WaitAsync(cancellationToken);
        try
        {
            var previews = new List<(string, ChannelPreview)>();
            var start = Stopwatch.GetTimestamp();
            long characters = 0;
            foreach (var channel in channels ?? template.Channels)
            {
                foreach (var locale in template.Locales(channel))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var preview = Stopwatch.GetElapsedTime(start) > LongestOfAll || characters > MaxCharacters
                        ? new ChannelPreview(channel, new RenderOutcome.Failed(TemplateCodes.RenderLimit, "all locales together take too long or say too much; ask for one of them"), [], [])
                        : Of(template, channel, locale, data.Span, brand, now);
                    characters += preview.Outcome is RenderOutcome.Rendered rendered ? rendered.Content.Characters() : 0;
                    previews.Add((locale, preview));
                }
            }

            return previews;
        }
        finally
        {
            Turn.Release();
        }
    }

    internal static ChannelPreview Of(
        CompiledTemplate template, ChannelKind channel, string? locale, ReadOnlySpan<byte> data, BrandModel? brand, DateTimeOffset now) => template.CheckVariables([channel], locale, data) switch
        {
            VariableCheck.Stopped stopped => new ChannelPreview(channel, new RenderOutcome.Failed(stopped.Code, stopped.Message), [], []),
            VariableCheck.Done done => new ChannelPreview(
                channel,
                template.Render(channel, locale, data, Nobody(locale ?? LocaleName.Usual) with { Brand = brand }, now),
                [.. done.Missing.Select(missing => missing.Variable)],
                done.Issues),
            _ => throw new InvalidOperationException("a closed set"),
        };

    private static RecipientModel Nobody(string locale) => new(
    [
        ("userId", "user-1"),
        ("name", "Ann Example"),
        ("email", "ann@example.com"),
        ("phone", "+14155550100"),
        ("locale", locale),
        ("timezone", "UTC"),
    ]);
}
