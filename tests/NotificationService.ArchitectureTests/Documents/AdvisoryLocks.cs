using System.Text.RegularExpressions;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>The keys of advisory locks, found in source and in the map's register alike: a number as it is written, or the number that a hash is salted with.</summary>
internal static partial class AdvisoryLocks
{
    /// <summary>What is given instead of a key: a function of ours and a variable that holds its response. The function's own text has the key.</summary>
    private static readonly string[] Indirect = ["notification_meta.batch_lock(", "lock)"];

    /// <summary>Whether a lock is taken or given back in this text.</summary>
    public static bool AreTakenIn(string text) => Call().IsMatch(text);

    /// <summary>Every key in a source file. A call whose key cannot be read is its own key, so that somebody looks at it.</summary>
    public static IEnumerable<string> KeysIn(string text)
    {
        foreach (var salt in Salts(text))
            yield return salt;
        foreach (var argument in Call().Matches(text).Select(match => match.Groups[1].Value))
        {
            if (Number().Match(argument) is { Success: true } number)
                yield return number.Value;
            else if (Constant().Match(argument) is { Success: true } constant)
                yield return ValueOf(constant.Groups[1].Value, text);
            else if (!argument.StartsWith("hashtextextended(", StringComparison.Ordinal) && !Indirect.Any(known => argument.StartsWith(known, StringComparison.Ordinal)))
                yield return $"unreadable: {argument}";
        }
    }

    /// <summary>The key of a row of the register, from its first cell.</summary>
    public static string KeyOf(string cell) => Salts(cell).FirstOrDefault() ?? Number().Match(cell.Trim('`', '(')).Value;

    private static IEnumerable<string> Salts(string text) => Salt().Matches(text).Select(match => $"hash {match.Groups[1].Value}");

    private static string ValueOf(string constant, string text) =>
        Regex.Match(text, $@"const (?:long|int) {constant} = (\w+);") is { Success: true } match ? match.Groups[1].Value : $"unreadable: {constant}";

    [GeneratedRegex(@"advisory_\w*lock\w*\((?=([^\n]*))")]
    private static partial Regex Call();

    [GeneratedRegex(@"hashtextextended\([^\n]*?, (\d+)\)")]
    private static partial Regex Salt();

    [GeneratedRegex("^(0x[0-9A-Fa-f]+|[0-9]+)")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\{(\w+)\}")]
    private static partial Regex Constant();
}
