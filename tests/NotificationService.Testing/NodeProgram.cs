namespace NotificationService.Testing;

/// <summary>Runs somebody else's npm package as a referee. Its install scripts are not run.</summary>
public sealed class NodeProgram
{
    private NodeProgram(string home) => Home = home;

    /// <summary>The folder that a script is run in, below which the package is installed.</summary>
    public string Home { get; }

    /// <param name="package">Name and version, such as <c>cloudevents@10.0.0</c>.</param>
    public static async Task<NodeProgram> WithAsync(string package) => new(await OncePerMachine.GetAsync(
        $"npm-{package.Replace('/', '-')}",
        folder => Tool.RunAsync(folder, "npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", package])));

    /// <summary>Runs a script, which may require the package, and answers what it printed.</summary>
    public Task<string> RunAsync(string script, string input) => Tool.RunAsync(Home, "node", ["-e", script], input);
}
