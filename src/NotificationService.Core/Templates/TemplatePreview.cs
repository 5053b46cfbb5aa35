using NotificationService.Channels;

namespace NotificationService.Templates;

/// <summary>One channel of a preview: what it would say, or why it cannot, and the variables it lacks.</summary>
public sealed record ChannelPreview(ChannelKind Channel, RenderOutcome Outcome, IReadOnlyList<string> MissingVariables);

/// <summary>Renders a version, published or not, without keeping anything of it.</summary>
public static class TemplatePreview
{
    /// <summary>Nothing if the version cannot be compiled. Else every channel asked for, all of the version's if none is; the outcome says so for one that it does not have.</summary>
    public static async Task<IReadOnlyList<ChannelPreview>> RenderAsync(
        TemplateVersion version,
        IReadOnlyList<ChannelKind>? channels,
        string? locale,
        ReadOnlyMemory<byte> data,
        CancellationToken cancellationToken)
    {
        if (await TemplateStore.CompileAsync(version.Contents, cancellationToken) is not { Template: { } template })
            return [];
        return [.. (channels ?? template.Channels).Select(channel => Of(template, channel, locale, data.Span))];
    }

    private static ChannelPreview Of(CompiledTemplate template, ChannelKind channel, string? locale, ReadOnlySpan<byte> data) => template.CheckVariables([channel], locale, data) switch
    {
        VariableCheck.Stopped stopped => new ChannelPreview(channel, new RenderOutcome.Failed(stopped.Code, stopped.Message), []),
        VariableCheck.Done done => new ChannelPreview(
            channel, template.Render(channel, locale, data, Nobody(locale ?? LocaleName.Usual)), [.. done.Missing.Select(missing => missing.Variable)]),
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
