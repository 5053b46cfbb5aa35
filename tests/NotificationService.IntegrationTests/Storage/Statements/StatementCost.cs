using System.Globalization;
using NotificationService.Storage;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>What one statement may cost, as <c>statement_costs.txt</c> says.</summary>
/// <param name="Name">A file of <c>Storage/Sql</c>, or a function of the schema <c>notification_meta</c>.</param>
/// <param name="Variants">Of a file that has several variants, the names of which one; empty for any other.</param>
/// <param name="Role"><c>app</c>, <c>lists</c>, <c>worker</c> or <c>owner</c>.</param>
/// <param name="Rows">The rows of its work.</param>
/// <param name="PagesPerRow">The most pages that each of them may touch.</param>
/// <param name="Parameters">An SQL expression each.</param>
/// <param name="Names">Theirs, of a file.</param>
public sealed record StatementCost(string Name, IReadOnlyList<string> Variants, string Role, int Rows, double PagesPerRow, IReadOnlyList<string> Parameters, IReadOnlyList<string> Names)
{
    /// <summary>For planning, which looks into every index of every month, and for what a statement touches once.</summary>
    private const int PagesInAnyCase = 120;

    private const double UsualPagesPerRow = 30;

    public double MaxPages => PagesInAnyCase + (Rows * PagesPerRow);

    public string PreparedName { get; } = string.Join('_', ["cost", Name.Replace('.', '_'), .. Variants]);

    public string FullName { get; } = string.Join(' ', [Name, .. Variants]);

    public string Text => Name.Contains('.', StringComparison.Ordinal)
        ? $"select * from {Name}({string.Join(", ", Enumerable.Range(1, Parameters.Count).Select(number => $"${number}"))})"
        : NumberedStatement.Of(Statement.Load(Name, Variants), Names).Trim();

    /// <summary>What is measured, and what is not and why.</summary>
    public static (IReadOnlyList<StatementCost> Measured, IReadOnlyDictionary<string, string> Excused) Read()
    {
        using var stream = typeof(StatementCost).Assembly.GetManifestResourceStream("statement_costs.txt")!;
        using var reader = new StreamReader(stream);
        var (measured, excused) = (new List<StatementCost>(), new Dictionary<string, string>(StringComparer.Ordinal));
        var (parameters, names) = (new List<string>(), new List<string>());
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == ' ')
            {
                var parameter = line.Trim();
                if (parameter[0] == ':')
                {
                    names.Add(parameter[1..parameter.IndexOf(' ', StringComparison.Ordinal)]);
                    parameter = parameter[(names[^1].Length + 2)..];
                }

                parameters.Add(parameter);
                continue;
            }

            var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "!")
                excused.Add(words[1], words[2]);
            else
                measured.Add(Head(line.Split(' '), parameters = [], names = []));
        }

        return (measured, excused);
    }

    private static StatementCost Head(string[] words, List<string> parameters, List<string> names) => new(
        words[0].Split(':')[0], words[0].Contains(':', StringComparison.Ordinal) ? words[0].Split(':')[1].Split(',') : [], words[1], int.Parse(words[2], CultureInfo.InvariantCulture),
        words.Length > 3 ? double.Parse(words[3], CultureInfo.InvariantCulture) : UsualPagesPerRow, parameters, names);
}
