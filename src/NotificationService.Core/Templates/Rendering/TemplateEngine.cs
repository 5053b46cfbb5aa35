using System.Globalization;
using HandlebarsDotNet;
using NotificationService.Channels;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>
/// The one door to Handlebars: two environments for the whole process, one that escapes and one that does not. Neither
/// knows files, partials or any helper besides our functions. An environment remembers every name it ever met, so after
/// enough text a new pair takes over; the old one lives as long as what it compiled.
/// </summary>
internal static class TemplateEngine
{
    private const long CharactersPerPair = 16 * 1024 * 1024;

    private static Pair current = new();
    private static long characters;

    public static HandlebarsTemplate<TextWriter, object, object> Compile(TemplateTree tree, PartKind kind)
    {
        var text = EngineText.Of(tree);
        if (Interlocked.Add(ref characters, text.Length) > CharactersPerPair)
        {
            Interlocked.Exchange(ref characters, 0);
            Volatile.Write(ref current, new Pair());
        }

        using var reader = new StringReader(text);
        var pair = Volatile.Read(ref current);
        return (kind == PartKind.Html ? pair.Escaping : pair.Plain).Compile(reader);
    }

    private static object? Call(TemplateFunctions.Function body, Arguments arguments)
    {
        var values = new object?[arguments.Length];
        var size = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i] is UndefinedBindingResult ? null : arguments[i];
            size += values[i] is string text ? text.Length : 0;
        }

        RenderBudget.StepOver(size);
        return body(values);
    }

    private sealed class Pair
    {
        public IHandlebars Escaping { get; } = Environment(escape: true);

        public IHandlebars Plain { get; } = Environment(escape: false);

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
    }
}
