namespace NotificationService.Testing;

/// <summary>Runs somebody else's npm package as a referee. Its install scripts are not run.</summary>
public sealed class NodeProgram
{
    private NodeProgram(string home) => Home = home;

    /// <summary>The folder that a script is run in, below which the package is installed.</summary>
    public string Home { get; }

    /// <param name="packages">Names and versions, such as <c>cloudevents@10.0.0</c>.</param>
    public static async Task<NodeProgram> WithAsync(params string[] packages) => new(await OncePerMachine.GetAsync(
        $"npm-{string.Join('+', packages).Replace('/', '-')}",
        folder => Tool.RunAsync(folder, "npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", .. packages])));

    /// <summary>Runs a script, which may require the package, and answers what it printed.</summary>
    public Task<string> RunAsync(string script, string input) => Tool.RunAsync(Home, "node", ["-e", script], input);
}
