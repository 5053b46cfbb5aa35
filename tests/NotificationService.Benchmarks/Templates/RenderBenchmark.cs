using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HandlebarsDotNet;
using NotificationService.Channels;
using NotificationService.Templates;

namespace NotificationService.Benchmarks.Templates;

/// <summary>
/// What a render costs beside the engine's own work: the seed's order-shipped, whole as the worker renders it from the
/// JSON bytes of a delivery, against the bare engine with the same three texts and a model that is made already.
/// </summary>
internal sealed class RenderBenchmark
{
    private const int RendersPerRepeat = 2_000;
    private const int Repeats = 41;

    private const string Data = """{"orderId":"A-1009","carrier":"DHL","trackUrl":"https://example.com/t/1","items":[{"name":"Tea","quantity":2},{"name":"Cup","quantity":1}]}""";
    private static readonly byte[] DataUtf8 = Encoding.UTF8.GetBytes(Data);
    private static readonly RecipientModel Ann = new([("userId", "u-1"), ("name", "Ann"), ("email", "ann@example.com"), ("locale", "en")]);

    private static readonly Dictionary<string, object> Model = new(StringComparer.Ordinal)
    {
        ["orderId"] = "A-1009",
        ["carrier"] = "DHL",
        ["trackUrl"] = "https://example.com/t/1",
        ["items"] = new List<object>
        {
            new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = "Tea", ["quantity"] = 2L },
            new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = "Cup", ["quantity"] = 1L },
        },
        ["recipient"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = "Ann" },
    };

    private readonly StringBuilder text = new();
    private readonly CompiledTemplate template;
    private readonly HandlebarsTemplate<TextWriter, object, object>[] bare;

    private RenderBenchmark()
    {
        using var contents = JsonDocument.Parse(TemplateSeed.Templates().Single(seed => seed.Key == "order-shipped").Contents);
        template = TemplateContentsCheck.Compile(contents.RootElement, "").Template ?? throw new InvalidOperationException("the seed is refused");
        var english = contents.RootElement.GetProperty("email").GetProperty("en");
        bare = [.. new[] { ("subject", true), ("html", false), ("text", true) }.Select(part => Bare(english.GetProperty(part.Item1).GetString() ?? "", part.Item2))];
        if (template.Render(ChannelKind.Email, "en", DataUtf8, Ann, DateTimeOffset.UnixEpoch) is not RenderOutcome.Rendered)
            throw new InvalidOperationException("the seed is not rendered");
    }

    /// <summary>Prints a table: per render the median and the best of the rounds, and what it allocates.</summary>
    public static int Run()
    {
        var benchmark = new RenderBenchmark();
        Console.WriteLine("| | µs, median | µs, best | bytes allocated |\n| --- | ---: | ---: | ---: |");
        var alone = Measure("the engine alone: subject, html, text", benchmark.RenderBare);
        var mail = Measure("an e-mail: subject, html, text", () => benchmark.template.Render(ChannelKind.Email, "en", DataUtf8, Ann, DateTimeOffset.UnixEpoch));
        Measure("a text message", () => benchmark.template.Render(ChannelKind.Sms, "en", DataUtf8, Ann, DateTimeOffset.UnixEpoch));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nThe e-mail is rendered at {alone / mail:0.00} of the speed of the engine alone (a goal: 0.9)."));
        return 0;
    }

    /// <summary>The median, in microseconds.</summary>
    private static double Measure(string what, Func<object> render)
    {
        for (var i = 0; i < 20_000; i++)
            render();
        var times = new double[Repeats];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < RendersPerRepeat; i++)
                render();
            times[repeat] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / RendersPerRepeat;
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (Repeats * RendersPerRepeat);
        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[Repeats / 2]:0.0} | {times[0]:0.0} | {allocated} |"));
        return times[Repeats / 2];
    }

    private string RenderBare()
    {
        var rendered = "";
        foreach (var part in bare)
        {
            text.Clear();
            using var writer = new StringWriter(text, CultureInfo.InvariantCulture);
            part(writer, Model);
            rendered = writer.ToString();
        }

        return rendered;
    }

    private static HandlebarsTemplate<TextWriter, object, object> Bare(string source, bool plain)
    {
        var engine = Handlebars.Create(new HandlebarsConfiguration { FormatProvider = CultureInfo.InvariantCulture, NoEscape = plain });
        engine.RegisterHelper("default", (Context _, Arguments arguments) => arguments[0] is null or UndefinedBindingResult ? arguments[1] : arguments[0]);
        engine.RegisterHelper("date", (Context _, Arguments arguments) => arguments[0]);
        using var reader = new StringReader(source);
        return engine.Compile(reader);
    }
}
