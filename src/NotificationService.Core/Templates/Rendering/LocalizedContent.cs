using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>A channel's content in one locale: which parts it has, and which variables they need.</summary>
internal sealed class LocalizedContent
{
    private volatile bool isCompiled;

    public TemplatePart? Subject { get; init; }

    public TemplatePart? Html { get; init; }

    public TemplatePart? Text { get; init; }

    public TemplatePart? Title { get; init; }

    public TemplatePart? Body { get; init; }

    public TemplatePart? ActionUrl { get; init; }

    /// <summary>A push's data by name.</summary>
    public IReadOnlyList<(string Name, TemplatePart Part)> Data { get; init; } = [];

    /// <summary>Named JSON: an inbox item's actions.</summary>
    public IReadOnlyList<(string Name, JsonPart Json)> Json { get; init; } = [];

    /// <summary>An approved WhatsApp template, in place of a text.</summary>
    public ApprovedContent? Approved { get; init; }

    public TemplatePart? ImageUrl { get; init; }

    public TemplatePart? CollapseKey { get; init; }

    public IEnumerable<TemplatePart> Parts =>
        new[] { Subject, Html, Text, Title, Body, ActionUrl, ImageUrl, CollapseKey }.OfType<TemplatePart>()
            .Concat(Data.Select(entry => entry.Part))
            .Concat(Json.SelectMany(entry => entry.Json.Parts))
            .Concat(Approved?.Components.Parts ?? []);

    /// <summary>Worked out once, when first asked.</summary>
    public VariableNeeds Needs => field ??= VariableNeeds.Of(Parts.Select(part => part.Tree));

    /// <summary>Compiles what is not compiled yet, so that rendering need not.</summary>
    public void Compile()
    {
        if (isCompiled)
            return;
        foreach (var part in Parts)
            part.Compile();
        isCompiled = true;
    }

    public RenderedContent Render(PlainMap model) => new()
    {
        Subject = Subject?.Render(model),
        Html = Html?.Render(model),
        Text = Text?.Render(model),
        Title = Title?.Render(model),
        Body = Body?.Render(model),
        ActionUrl = Address(ActionUrl, model),
        Data = RenderData(model),
        ImageUrl = Address(ImageUrl, model) is { } picture && WebAddress.IsOne(picture) ? picture : null,
        CollapseKey = CollapseKey?.Render(model) is { Length: > 0 } key ? key : null,
        Approved = Approved is { } approved ? new WhatsAppTemplate(approved.Name, approved.Language, approved.Components.Render(model)) : null,
    };

    /// <summary>None where it is empty or would run something.</summary>
    private static string? Address(TemplatePart? part, PlainMap model) =>
        part?.Render(model) is { Length: > 0 } url && !HtmlLinks.IsForbidden(url) ? TemplatePart.OneLine(url) : null;

    private IReadOnlyDictionary<string, string> RenderData(PlainMap model)
    {
        if (Data.Count == 0 && Json.Count == 0)
            return NoData;
        var data = new Dictionary<string, string>(Data.Count + Json.Count, StringComparer.Ordinal);
        foreach (var (name, part) in Data)
            data[name] = part.Render(model);
        foreach (var (name, json) in Json)
            data[name] = json.Render(model);
        return data;
    }

    private static readonly IReadOnlyDictionary<string, string> NoData = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The name and language that WhatsApp approved, which are as written, and the parameters, which are templates.</summary>
internal sealed record ApprovedContent(string Name, string Language, JsonPart.List Components);
