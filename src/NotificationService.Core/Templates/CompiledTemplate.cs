using System.Text.Json;
using HandlebarsDotNet;
using NotificationService.Channels;
using NotificationService.Templates.Language;
using NotificationService.Templates.Rendering;
using NotificationService.Templates.Schemas;

namespace NotificationService.Templates;

/// <summary>One version of a template, every channel and locale of it, ready to render. Immutable and safe for any number of threads.</summary>
public sealed class CompiledTemplate
{
    private const string NotData = "data is not a JSON object of at most 64 levels";

    private readonly TemplateContents contents;

    private readonly DataSchema? schema;

    internal CompiledTemplate(TemplateContents contents, DataSchema? schema = null) => (this.contents, this.schema) = (contents, schema);

    public IReadOnlyList<ChannelKind> Channels => contents.Channels;

    /// <summary>Bytes that it takes once everything is compiled, estimated from its tree: what a cache weighs it by.</summary>
    public long Weight => contents.Weight + (schema?.Weight ?? 0);

    /// <summary>Whether it may say something of the tenant: only then need anybody ask for its settings.</summary>
    public bool NamesBrand => contents.NamesBrand;

    /// <summary>The variables that this channel needs without condition, as paths such as <c>items.name</c>.</summary>
    public IReadOnlyList<string> RequiredVariables(ChannelKind channel, string? locale) =>
        contents.Find(channel, locale) is (var content, _)
            ? [.. content.Needs.RequiredPaths.Distinct(StringComparer.Ordinal)]
            : [];

    /// <summary>Every variable that some locale of this channel uses, as paths.</summary>
    public IReadOnlyList<string> Variables(ChannelKind channel) => contents.VariablesOf(channel);

    /// <summary>The locales that a channel is written in.</summary>
    public IReadOnlyList<string> Locales(ChannelKind channel) => contents.LocalesOf(channel);

    /// <summary>The locale whose content a recipient of that locale gets; null if there is none for the channel.</summary>
    public string? LocaleOf(ChannelKind channel, string? locale) => contents.Find(channel, locale) is (_, var used) ? used : null;

    /// <summary>What these channels need and the data lacks, and where the data are not as the schema wants them: at most fifty of each. Costs at most what one render may.</summary>
    /// <param name="channels">Which.</param>
    /// <param name="locale">The recipient's.</param>
    /// <param name="dataUtf8">The request's data.</param>
    /// <param name="textsOnly">They come from a file that has nothing but texts.</param>
    public VariableCheck CheckVariables(IReadOnlyList<ChannelKind> channels, string? locale, ReadOnlySpan<byte> dataUtf8, bool textsOnly = false)
    {
        try
        {
            PlainMap? data = null;
            List<MissingVariable>? missing = null;
            IReadOnlyList<DataIssue> issues = [];
            if (schema is not null)
            {
                RenderBudget.Start();
                data = PlainModel.Read(dataUtf8);
                issues = SchemaSearch.In(data, schema, textsOnly);
            }

            foreach (var channel in channels)
            {
                if (contents.Find(channel, locale) is not (var content, _) || content.Needs.Count == 0)
                    continue;
                if (data is null)
                {
                    RenderBudget.Start();
                    data = PlainModel.Read(dataUtf8);
                }

                foreach (var variable in MissingSearch.In(data, content.Needs))
                    (missing ??= []).Add(new MissingVariable(variable, channel));
            }

            return new VariableCheck.Done(missing ?? (IReadOnlyList<MissingVariable>)[], issues);
        }
        catch (RenderLimitException limit)
        {
            return new VariableCheck.Stopped(TemplateCodes.RenderLimit, limit.Message);
        }
        catch (JsonException)
        {
            return new VariableCheck.Stopped(TemplateCodes.RenderFailed, NotData);
        }
    }

    /// <summary>Renders one channel. The locale falls back from fr-CA to fr to en to the first there is.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="locale">The recipient's, or another in its place.</param>
    /// <param name="dataUtf8">The request's data.</param>
    /// <param name="recipient">Whom it is for.</param>
    /// <param name="now">The time for which the message is made, fixed with it: rendered again it says the same.</param>
    public RenderOutcome Render(ChannelKind channel, string? locale, ReadOnlySpan<byte> dataUtf8, RecipientModel recipient, DateTimeOffset now)
    {
        if (contents.Find(channel, locale) is not (var content, var used))
            return new RenderOutcome.Failed(TemplateCodes.NoContent, $"the template has no {channel.ToName()} content");
        try
        {
            // Before the clock starts: a first render is not failed for what compiling took.
            content.Compile();
            RenderBudget.Start();
            RenderMoment.Begin(used, locale, recipient.Timezone, now);
            var rendered = content.Render(PlainModel.Read(dataUtf8, recipient));
            return RenderedCheck.Of(channel, rendered) ?? (RenderOutcome)new RenderOutcome.Rendered(rendered, used);
        }
        catch (RenderLimitException limit)
        {
            return new RenderOutcome.Failed(TemplateCodes.RenderLimit, limit.Message);
        }
        catch (HandlebarsException exception)
        {
            // The engine wraps what its iterators and writer throw.
            return exception.GetBaseException() is RenderLimitException limit
                ? new RenderOutcome.Failed(TemplateCodes.RenderLimit, limit.Message)
                : new RenderOutcome.Failed(TemplateCodes.RenderFailed, "the template cannot be rendered with these values");
        }
        catch (JsonException)
        {
            return new RenderOutcome.Failed(TemplateCodes.RenderFailed, NotData);
        }
#pragma warning disable CA1031 // whatever the engine throws for these values it throws again: trying later helps nobody
        catch (Exception exception) when (exception is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            return new RenderOutcome.Failed(TemplateCodes.RenderFailed, "the template cannot be rendered with these values");
        }
    }

    /// <summary>Compiles every part now and gives back what the engine refused, if it did.</summary>
    internal TemplateIssue? CompileAll()
    {
        foreach (var (pointer, part) in contents.Parts)
        {
            try
            {
                part.Compile();
            }
            catch (HandlebarsException exception)
            {
                return new TemplateIssue(pointer, TemplateCodes.Syntax, exception.Message);
            }
        }

        return null;
    }
}
