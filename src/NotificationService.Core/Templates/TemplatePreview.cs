using NotificationService.Channels;

namespace NotificationService.Templates;

/// <summary>One channel of a preview: what it would say, or why it cannot, and the variables it lacks.</summary>
public sealed record ChannelPreview(ChannelKind Channel, RenderOutcome Outcome, IReadOnlyList<string> MissingVariables);

/// <summary>Renders a version, published or not, without keeping anything of it.</summary>
public static class TemplatePreview
{
    private static readonly RecipientModel Nobody = new()
    {
        UserId = "user-1",
        Name = "Ann Example",
        Email = "ann@example.com",
        Phone = "+14155550100",
        Locale = "en",
        Timezone = "UTC",
    };

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
            channel, template.Render(channel, locale, data, Nobody with { Locale = locale ?? LocaleName.Usual }), [.. done.Missing.Select(missing => missing.Variable)]),
        _ => throw new InvalidOperationException("a closed set"),
    };
}
