using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Host.Commands;
using NotificationService.Host.Configuration;
using NotificationService.Storage;

namespace NotificationService.ArchitectureTests;

/// <summary>docs/settings.md has every setting with the default that the code has, and no document names one that does not exist.</summary>
public sealed partial class SettingsTests
{
    private static readonly Dictionary<string, string> Documented = Defaults(Markdown.Read("docs/settings.md"));

    [Fact]
    public void Every_setting_stands_in_the_document() =>
        KnownSettings.All.Where(setting => !Documented.ContainsKey(setting)).ShouldBeEmpty("a line in docs/settings.md");

    [Fact]
    public void Every_default_in_the_document_is_that_of_the_code()
    {
        var settings = Options().ToList();

        settings.Count.ShouldBeGreaterThan(40);
        settings.Where(setting => Documented.TryGetValue(setting.Name, out var cell) && !Says(cell, setting.Type, setting.Value))
            .Select(setting => $"{setting.Name} is {setting.Value ?? "not set"}, and the document says {Documented[setting.Name]}").ShouldBeEmpty();
    }

    [Fact]
    public void Every_setting_that_a_document_names_exists() =>
        Markdown.Files.SelectMany(file => Unknown(Markdown.Read(file)).Select(setting => $"{setting} in {file}")).ShouldBeEmpty();

    [Theory]
    [InlineData("`00:00:30`", typeof(TimeSpan), true)]
    [InlineData("`00:00:31`", typeof(TimeSpan), false)]
    [InlineData("none", typeof(TimeSpan), false)]
    public void A_planted_default_is_found(string cell, Type type, bool isSaid) => Says(cell, type, TimeSpan.FromSeconds(30)).ShouldBe(isSaid);

    [Fact]
    public void A_planted_setting_is_found() =>
        Unknown("`Notification__Roles`, `Notification__Webhooks__…`, `Notification__Kafka__Client__sasl.password` and `Notification__Delivery__Lese`").ShouldBe(["Notification:Delivery:Lese"]);

    /// <summary>A value in back-ticks is the default; anything else says in words that there is none in the code.</summary>
    private static bool Says(string cell, Type type, object? value) => Code().Match(cell) is { Success: true } code
        ? value is not null && value.Equals(TypeDescriptor.GetConverter(type).ConvertFromInvariantString(code.Groups[1].Value))
        : value is null;

    private static Dictionary<string, string> Defaults(string document) => Markdown.Rows(document, "setting")
        .SelectMany(row => Markdown.Words(row[0]).Select(name => (Name: name.Replace("__", ":", StringComparison.Ordinal), Default: row[1])))
        .ToDictionary(setting => setting.Name, setting => setting.Default, StringComparer.Ordinal);

    /// <summary>Plain values of every type that a section is bound to.</summary>
    private static IEnumerable<(string Name, Type Type, object? Value)> Options() =>
        from assembly in (Assembly[])[typeof(Database).Assembly, typeof(CommandLine).Assembly, Assembly.Load("NotificationService.Providers"), Assembly.Load("NotificationService.Kafka")]
        from type in assembly.GetTypes()
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where section is { IsLiteral: true } && type is { IsAbstract: false }
        let options = Activator.CreateInstance(type, nonPublic: true)
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let plain = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
        where property.CanWrite && (plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(TimeSpan) || plain == typeof(Uri))
        select ($"{section!.GetRawConstantValue()}:{property.Name}", plain, property.GetValue(options));

    /// <summary>Names of settings that are none, and that begin none: <c>Notification__Webhooks__…</c> is all of them.</summary>
    private static IEnumerable<string> Unknown(string text) => Setting().Matches(text)
        .Select(match => match.Value.TrimEnd('_', '.').Replace("__", ":", StringComparison.Ordinal))
        .Where(name => !KnownSettings.All.Any(known => known == name || known.StartsWith($"{name}:", StringComparison.Ordinal)
            || (known.EndsWith(":*", StringComparison.Ordinal) && name.StartsWith(known[..^1], StringComparison.Ordinal))))
        .Distinct(StringComparer.Ordinal);

    [GeneratedRegex("^`([^`]+)`$")]
    private static partial Regex Code();

    [GeneratedRegex(@"Notification__[\w.]+")]
    private static partial Regex Setting();
}
