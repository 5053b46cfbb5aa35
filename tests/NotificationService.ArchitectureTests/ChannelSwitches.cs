using System.Text;
using System.Text.RegularExpressions;

namespace NotificationService.ArchitectureTests;

/// <summary>Finds what would take a new channel without a word: a switch over channels or messages whose rest is an ordinary value, or nothing.</summary>
internal static partial class ChannelSwitches
{
    /// <summary>The arms of each such switch.</summary>
    public static IEnumerable<string> Silent(string text) =>
        Switch().Matches(text).Select(match => Arms(text, match.Index)).Where(arms => OverChannels().IsMatch(arms) && (IsStatement().IsMatch(arms) ? !ThrowingDefault().IsMatch(arms) : SilentDiscard().IsMatch(arms)));

    /// <summary>What stands directly between the braces, without what stands in braces of its own.</summary>
    private static string Arms(string text, int from)
    {
        var arms = new StringBuilder();
        var depth = 0;
        for (var at = text.IndexOf('{', from); at >= 0 && at < text.Length; at++)
        {
            if (text[at] == '{')
                depth++;
            else if (text[at] == '}' && --depth == 0)
                break;
            else if (depth == 1)
                arms.Append(text[at]);
        }

        return arms.ToString();
    }

    [GeneratedRegex(@"\bswitch\b")]
    private static partial Regex Switch();

    [GeneratedRegex(@"^\s*(case\s+)?(Channels\.)?(ChannelKind|ChannelMessage)\.[A-Z]", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OverChannels();

    [GeneratedRegex(@"^\s*case\b", RegexOptions.Multiline)]
    private static partial Regex IsStatement();

    [GeneratedRegex(@"\bdefault:\s*throw\b")]
    private static partial Regex ThrowingDefault();

    [GeneratedRegex(@"^\s*_\s*=>\s*(?!throw\b)\S", RegexOptions.Multiline)]
    private static partial Regex SilentDiscard();
}
