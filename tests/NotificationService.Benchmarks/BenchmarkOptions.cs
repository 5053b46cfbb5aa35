namespace NotificationService.Benchmarks;

/// <summary>What stands after the scenario's name: <c>--runs 5 --count 20000 --connections 32 --publish -p:PublishReadyToRun=true --label x</c>.</summary>
internal sealed record BenchmarkOptions
{
    public int Runs { get; init; } = 5;

    /// <summary>Notifications of one run; each scenario has its own default.</summary>
    public int? Count { get; init; }

    public int Connections { get; init; } = 32;

    /// <summary>How long a run lasts, for scenarios that last a time.</summary>
    public int? Minutes { get; init; }

    /// <summary>What else <c>dotnet publish</c> is given.</summary>
    public string Publish { get; init; } = "";

    /// <summary>Distinguishes the result files of variants.</summary>
    public string Label { get; init; } = "";

    /// <summary>Settings of the service, <c>name=value</c>, comma-separated.</summary>
    public string Settings { get; init; } = "";

    /// <summary>So many of PostgreSQL's statements are printed, those that took most time first. Figures made so are no figures.</summary>
    public int Profile { get; init; }

    public static BenchmarkOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                throw new FormatException($"{arguments[i]} needs a value");
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--runs" => options with { Runs = int.Parse(value) },
                "--count" => options with { Count = int.Parse(value) },
                "--connections" => options with { Connections = int.Parse(value) },
                "--minutes" => options with { Minutes = int.Parse(value) },
                "--publish" => options with { Publish = value },
                "--profile" => options with { Profile = int.Parse(value) },
                "--label" => options with { Label = value },
                "--settings" => options with { Settings = value },
                var unknown => throw new FormatException($"there is no option {unknown}"),
            };
        }

        return options;
    }

    public IEnumerable<(string Name, string Value)> ServiceSettings() =>
        Settings.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));
}
