using System.Globalization;
using System.Text.RegularExpressions;
using NotificationService.Storage;

namespace NotificationService.Testing;

/// <summary>A statement for PREPARE, whose parameters have the places that a test gives them.</summary>
public static partial class NumberedStatement
{
    /// <param name="statement">As it is sent.</param>
    /// <param name="names">All of its parameters, in the order in which the test gives their values.</param>
    public static string Of(Statement statement, IReadOnlyList<string> names)
    {
        if (!names.Order(StringComparer.Ordinal).SequenceEqual(statement.Parameters.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            throw new ArgumentException($"{statement} takes {string.Join(", ", statement.Parameters)} and not {string.Join(", ", names)}", nameof(names));
        int[] places = [.. statement.Parameters.Select(name => names.Index().Single(given => given.Item == name).Index + 1)];
        return Position().Replace(statement.Text, match => string.Create(CultureInfo.InvariantCulture, $"${places[int.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture) - 1]}"));
    }

    [GeneratedRegex(@"\$(?<n>\d+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Position();
}
