namespace NotificationService.Benchmarks.Reporting;

/// <summary>One figure of a scenario, once per run.</summary>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Runs)
{
    public double Median
    {
        get
        {
            var sorted = Runs.Order().ToArray();
            return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public override string ToString() => $"{Show(Median)} ({Show(Runs.Min())}–{Show(Runs.Max())}) {Unit}";

    public static string Show(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("N0"),
        >= 10 => value.ToString("0.0"),
        _ => value.ToString("0.00"),
    };
}

/// <summary>Gathers figures run by run, in the order in which they first came.</summary>
internal sealed class Figures
{
    private readonly List<(string Name, string Unit, List<double> Runs)> all = [];

    public void Add(string name, string unit, double value)
    {
        var index = all.FindIndex(figure => figure.Name == name);
        if (index < 0)
        {
            all.Add((name, unit, []));
            index = all.Count - 1;
        }

        all[index].Runs.Add(value);
        Console.WriteLine($"  {name}: {Figure.Show(value)} {unit}");
    }

    public IReadOnlyList<Figure> Done() => [.. all.Select(figure => new Figure(figure.Name, figure.Unit, figure.Runs))];
}
