using System.Globalization;
using HandlebarsDotNet;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>How a part is written: escaped for HTML, on one line for headers and titles, or as it comes.</summary>
public enum PartKind
{
    Html,
    Line,
    Text,
}

/// <summary>
/// The one door to Handlebars: two environments for the whole process, one that escapes and one that does not. Neither
/// knows files, partials or any helper besides our functions.
/// </summary>
internal sealed class TemplateEngine
{
    private readonly IHandlebars escaping = Environment(escape: true);
    private readonly IHandlebars plain = Environment(escape: false);

    public HandlebarsTemplate<TextWriter, object, object> Compile(TemplateTree tree, PartKind kind)
    {
        using var text = new StringReader(EngineText.Of(tree));
        return (kind == PartKind.Html ? escaping : plain).Compile(text);
    }

    private static IHandlebars Environment(bool escape)
    {
        var descriptors = new PlainDescriptors();
        var configuration = new HandlebarsConfiguration
        {
            FormatProvider = CultureInfo.InvariantCulture,
            NoEscape = !escape,
            TextEncoder = new HtmlTextEncoder(),
        };
        configuration.ObjectDescriptorProviders.Add(descriptors);
        configuration.FormatterProviders.Add(descriptors);
        var environment = Handlebars.Create(configuration);
        foreach (var (name, body) in TemplateFunctions.Bodies)
            environment.RegisterHelper($"{EngineText.FunctionPrefix}{name}", (Context _, Arguments arguments) => Call(body, arguments));
        return environment;
    }

    private static object? Call(TemplateFunctions.Function body, Arguments arguments)
    {
        RenderBudget.Step();
        var values = new object?[arguments.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = arguments[i] is UndefinedBindingResult ? null : arguments[i];
        return body(values);
    }
}
