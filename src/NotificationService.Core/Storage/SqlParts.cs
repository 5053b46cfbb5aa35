using System.Text.RegularExpressions;

namespace NotificationService.Storage;

/// <summary>What several statements have in common: <c>{include change_recorded}</c> gives way to the text of <c>Storage/Sql/Parts/change_recorded.sql</c> when a statement is loaded.</summary>
internal static partial class SqlParts
{
    public static string Include(string text) => Part().Replace(text, match => SqlText.Statement($"Parts/{match.Groups["name"].Value}").TrimEnd());

    [GeneratedRegex(@"\{include (?<name>[a-z_]+)\}", RegexOptions.None, 1000)]
    private static partial Regex Part();
}
