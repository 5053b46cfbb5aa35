using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>What a channel consists of, piece by piece: its row, and what cannot stand in a row.</summary>
internal static partial class ChannelPieces
{
    /// <summary>Where a message is taken apart by its type.</summary>
    private static readonly string[] ByMessage = ["SandboxJson.cs", "SandboxOutcome.cs"];

    /// <summary>Statements that know by which fields a channel's addresses are found.</summary>
    private static readonly string[] ByAddress = ["notifications_load.sql", "receipts_match.sql"];

    /// <summary>By name, whatever the channel lacks.</summary>
    public static IReadOnlyList<string> Missing(ChannelKind channel)
    {
        var row = ChannelTable.All.SingleOrDefault(known => known.Kind == channel);
        return [.. InTable(row), .. InCode(channel), .. InSql(channel, row), .. InDocuments(row)];
    }

    private static IEnumerable<string> InTable(ChannelRow? row) =>
        row is not null ? [] : typeof(ChannelRow).GetProperties().Select(column => $"ChannelTable: {column.Name}");

    private static IEnumerable<string> InCode(ChannelKind channel)
    {
        if (typeof(ChannelMessage).GetNestedType(channel.ToString()) is null)
            yield return "ChannelMessage.cs";
        foreach (var file in ByMessage.Where(file => !Has(Text(file), $"ChannelMessage.{channel}")))
            yield return file;
        if (!Files("*.cs").Any(file => file.Contains("NotificationService.Providers", StringComparison.Ordinal) && Has(File.ReadAllText(file), $"ChannelKind.{channel}")))
            yield return "a vendor that sends on it";
    }

    private static IEnumerable<string> InSql(ChannelKind channel, ChannelRow? row)
    {
        if (row is { IsReportedByVendorsId: true } && !Text("receipts_match.sql").Contains($"right(a.delivery_id::text, 1) = '{{channel.{SnakeCase(channel)}}}'", StringComparison.Ordinal))
            yield return "receipts_match.sql, which looks for a vendor's id of its messages";
        if (row is { Suppression: null })
            yield break;
        foreach (var file in ByAddress)
        {
            var text = Text(file);
            var fields = row is null ? [] : RecipientFields.NamesOf(row.Addresses);
            if (!text.Contains($"{{channel.{SnakeCase(channel)}}}", StringComparison.Ordinal) || !fields.All(field => text.Contains($"'{field}'", StringComparison.Ordinal)))
                yield return file;
        }
    }

    private static IEnumerable<string> InDocuments(ChannelRow? row)
    {
        if (row is null || !File.ReadAllLines(Path.Combine(Repository.Root, "docs", "templates.md")).Any(line => Describes(line, row)))
            yield return "docs/templates.md";
        foreach (var file in Files("*.cs").Order(StringComparer.Ordinal))
        {
            var lists = DescribedList().Matches(File.ReadAllText(file)).Select(match => match.Value).ToList();
            var isOfOthers = row is { Suppression: null } && Path.GetFileName(file) == "SuppressionsApi.cs";
            if (!isOfOthers && lists.Exists(list => row is null || !Has(list, row.Name)))
                yield return $"the description in {Path.GetFileName(file)}";
        }
    }

    /// <summary>The line of the table of fields that names all that a template of the channel has.</summary>
    private static bool Describes(string line, ChannelRow row) =>
        line.StartsWith($"| `{row.Name}` |", StringComparison.Ordinal) && row.Template.All(field => line.Contains($"`{field.Part.ToName()}`", StringComparison.Ordinal));

    private static bool Has(string text, string name) => Regex.IsMatch(text, $@"\b{Regex.Escape(name)}\b");

    private static string Text(string name) => File.ReadAllText(Files(name).Single());

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string SnakeCase(ChannelKind channel) => Capital().Replace(channel.ToString(), "_").ToLowerInvariant();

    [GeneratedRegex("(?<=.)(?=[A-Z])")]
    private static partial Regex Capital();

    /// <summary>A description of the API that lists the channels.</summary>
    [GeneratedRegex(@"///[^\n]*\bemail, sms, push\b[^\n]*")]
    private static partial Regex DescribedList();
}
