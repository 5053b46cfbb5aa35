using System.Text;
using System.Text.Json;
using NotificationService.Benchmarks.Machine;
using NotificationService.Testing;

namespace NotificationService.Benchmarks.Reporting;

/// <summary>A scenario's figures with what they depend on: the machine, the commit, what else ran.</summary>
internal sealed record Report(
    string Scenario, string Purpose, string Arguments, MachineFacts Machine, string LoadBefore, string LoadAfter, DateTimeOffset At, IReadOnlyList<Figure> Figures)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"# {Scenario}: {Purpose}").AppendLine();
        text.AppendLine($"`dotnet run -c Release --project tests/NotificationService.Benchmarks {Arguments}`").AppendLine();
        text.AppendLine($"{At:yyyy-MM-dd HH:mm} UTC, commit {Machine.Commit}, {Machine.Processor}, {Machine.Cores} cores, {Machine.MemoryGiB:0} GiB, {Machine.System}, .NET {Machine.Runtime}, {Machine.Postgres}.");
        text.AppendLine($"Load average before {LoadBefore}, after {LoadAfter}. Medians (smallest–largest).").AppendLine();
        text.AppendLine("| figure | median (min–max) |").AppendLine("| --- | --- |");
        foreach (var figure in Figures)
            text.AppendLine($"| {figure.Name} | {figure} |");
        return text.ToString();
    }

    public async Task WriteAsync(string label)
    {
        var folder = Path.Combine(Repository.Root, "tests", "NotificationService.Benchmarks", "results");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, label.Length == 0 ? Scenario : $"{Scenario}-{label}");
        await File.WriteAllTextAsync($"{file}.md", ToMarkdown());
        await File.WriteAllTextAsync($"{file}.json", JsonSerializer.Serialize(this, Indented) + "\n");
    }
}
