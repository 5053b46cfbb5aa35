using System.Text.RegularExpressions;

namespace NotificationService.ArchitectureTests;

/// <summary>
/// Words that were this project's own and have given way to the field's terms, as the glossary of docs/architecture.md has them. Looked for in identifiers, part by part, and
/// in comments. Strings are not looked at: events, metrics and fields are public and keep their names.
/// </summary>
public static partial class RetiredWords
{
    /// <summary>Neither a part of an identifier nor a word of a comment.</summary>
    private static readonly Dictionary<string, string> Everywhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["told"] = "published, or notified",
        ["bite"] = "batch size",
        ["bites"] = "batches",
        ["bitten"] = "batch size",
        ["upkeep"] = "maintenance",
        ["floors"] = "watermarks",
        ["mended"] = "corrected",
        ["slice"] = "row range",
        ["slices"] = "row ranges",
        ["desk"] = "upload handler",
        ["repeatable"] = "idempotent",
        ["parked"] = "suspended",
        ["parking"] = "suspension",
        ["stock"] = "prefetch",
    };

    /// <summary>No part of an identifier; in a sentence they may be plain English.</summary>
    private static readonly Dictionary<string, string> InNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aside"] = "dead-lettered, or detached",
        ["chance"] = "jitter",
        ["hint"] = "signal",
        ["hints"] = "signals",
        ["draft"] = "request, or input",
        ["drafts"] = "requests",
        ["answer"] = "response",
        ["answers"] = "responses",
        ["gate"] = "limiter",
        ["gates"] = "limiters",
        ["rounds"] = "periodic task",
        ["most"] = "max",
        ["least"] = "min",
    };

    private static readonly Dictionary<string, string> Phrases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["set aside"] = "dead-lettered",
        ["in hand"] = "in flight",
        ["stands for"] = "identifies",
    };

    /// <summary>A word, the end of the files' paths or the identifiers in which it may stand, and why.</summary>
    private static readonly (string Word, string[] In, string Because)[] Allowed =
    [
        ("slice", ["Slice"], "Span<T>.Slice is the framework's"),
        ("repeatable", ["RepeatableRead"], "the isolation level is the framework's"),
        ("chance", ["FirstChanceException", "FirstChanceExceptionEventArgs"], "the event is the framework's"),
        ("least", ["ReadAtLeast", "ReadAtLeastAsync"], "the method is the framework's"),
        ("least", [".sql"], "SQL's function"),
        ("most", ["MostBytes", "MostRows", "MostColumns"], "settings, Notification__Bulk__…, are public"),
        ("least", ["LeastBytesPerSecond"], "a setting, Notification__Bulk__…, is public"),
        ("mended", ["BulkJobs/BulkJob.cs", "Api/BulkJobs/BulkResponses.cs"], "a row's status in the API"),
        ("parked", ["Api/Providers/ProviderResponses.cs"], "a provider's field in the API"),
        ("draft", ["Templates/TemplateStore.cs"], "a template's status in the API"),
        ("hint", ["CredentialHint", "Channels/EnabledProviders.cs", "Sql/providers_enabled.sql", "Channels/ProviderEditor.cs", "Channels/ProviderRow.cs", "Channels/ReceiptProviders.cs", "Api/Providers/ProviderResponses.cs", "ProviderEditorTests.cs"], "what may be shown of a secret"),
        ("hint", ["DetectSeparatorHint", "Csv/CsvDialect.cs", "Csv/CsvFile.cs"], "Excel's sep= line"),
        ("hint", ["Csv/NearestName.cs", "Csv/HeaderMatching.cs", "HeaderMatchTests.cs"], "a suggestion to a person"),
        ("hint", ["03_providers.sql", "provider_for_receipts.sql", "planted_month.sql"], "the column of what may be shown of a secret"),
    ];

    /// <summary>Every retired word of a file's text, with what to write instead.</summary>
    public static IEnumerable<string> Violations(string file, string text)
    {
        var path = file.Replace('\\', '/');
        foreach (Match token in (path.EndsWith(".sql", StringComparison.Ordinal) ? SqlTokens() : CSharpTokens()).Matches(text))
        {
            if (token.Groups["comment"].Success)
            {
                foreach (var found in InSentence(path, token.Value))
                    yield return found;
            }
            else if (token.Groups["name"].Success)
            {
                foreach (var found in IsSentence(token.Value) ? InSentence(path, token.Value.Replace('_', ' ')) : InName(path, token.Value))
                    yield return found;
            }
        }
    }

    /// <summary>The name of a test.</summary>
    private static bool IsSentence(string name) => char.IsUpper(name[0]) && name.Contains('_', StringComparison.Ordinal);

    private static IEnumerable<string> InName(string path, string name) =>
        from part in Parts().Matches(name).Select(match => match.Value)
        let instead = Everywhere.GetValueOrDefault(part) ?? InNames.GetValueOrDefault(part)
        where instead is not null && !IsAllowed(part, path, name)
        select $"{path}: {name} ('{part}' → {instead})";

    private static IEnumerable<string> InSentence(string path, string sentence)
    {
        foreach (var word in Words().Matches(sentence).Select(match => match.Value))
        {
            if (Everywhere.TryGetValue(word, out var instead) && !IsAllowed(word, path, word))
                yield return $"{path}: {sentence.Trim()} ('{word}' → {instead})";
        }

        foreach (var (phrase, instead) in Phrases.Where(phrase => sentence.Contains(phrase.Key, StringComparison.OrdinalIgnoreCase)))
            yield return $"{path}: {sentence.Trim()} ('{phrase}' → {instead})";
    }

    private static bool IsAllowed(string word, string path, string name) => Allowed.Any(allowed =>
        allowed.Word.Equals(word, StringComparison.OrdinalIgnoreCase) && allowed.In.Any(place => place == name || path.EndsWith(place, StringComparison.Ordinal)));

    [GeneratedRegex(""""(?<comment>//[^\n]*|/\*[\s\S]*?\*/)|\$*"""[\s\S]*?"""|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\])+'|(?<name>[A-Za-z_]\w*)"""")]
    private static partial Regex CSharpTokens();

    [GeneratedRegex("""(?<comment>--[^\n]*|/\*[\s\S]*?\*/)|'(?:[^']|'')*'|(?<name>[A-Za-z_]\w*)""")]
    private static partial Regex SqlTokens();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Parts();

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Words();
}
