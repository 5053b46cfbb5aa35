using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace NotificationService.Storage;

/// <summary>
/// Gives the values of an enum names in the statements of <c>Storage</c>: <c>{status.queued}</c> is the number of <c>Queued</c> of the enum that is
/// named <c>status</c>. Members are written in snake case.
/// </summary>
[AttributeUsage(AttributeTargets.Enum)]
public sealed class SqlNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Gives several values of an enum one name: <c>status in ({status.waiting})</c>.</summary>
[AttributeUsage(AttributeTargets.Enum, AllowMultiple = true)]
public sealed class SqlSetAttribute(string name, params object[] members) : Attribute
{
    public string Name { get; } = name;

    public IReadOnlyList<object> Members { get; } = members;
}

/// <summary>The numbers that statements name. They stand in one place, the enum; a statement has the literal, so that a partial index is found by it.</summary>
public static partial class SqlNames
{
    private static readonly Dictionary<string, string> Numbers = Read(typeof(SqlNames).Assembly);

    /// <summary>The text with each name replaced by what it identifies.</summary>
    public static string Replace(string text) => Name().Replace(text, match => Numbers.TryGetValue(match.Groups["name"].Value, out var number)
        ? number
        : throw new InvalidOperationException($"a statement names {match.Value}, which no enum has"));

    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes())
        {
            if (type.GetCustomAttribute<SqlNameAttribute>() is not { } group)
                continue;
            foreach (var value in Enum.GetValues(type))
                numbers.Add($"{group.Name}.{SnakeCase(value.ToString()!)}", Number(value));
            foreach (var set in type.GetCustomAttributes<SqlSetAttribute>())
                numbers.Add($"{group.Name}.{set.Name}", string.Join(", ", set.Members.Select(Number)));
        }

        return numbers;
    }

    private static string Number(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    private static string SnakeCase(string name) => Capital().Replace(name, "_").ToLowerInvariant();

    [GeneratedRegex(@"\{(?<name>[a-z_]+\.[a-z_]+)\}", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("(?<=.)(?=[A-Z])", RegexOptions.None, 1000)]
    private static partial Regex Capital();
}
