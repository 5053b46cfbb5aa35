using System.Diagnostics;

namespace NotificationService.Testing;

/// <summary>Runs somebody else's npm package as a referee. A package is fetched once for all test assemblies of this machine.</summary>
public sealed class NodeProgram
{
    private readonly string home;

    private NodeProgram(string home) => this.home = home;

    /// <param name="package">Name and version, such as <c>cloudevents@10.0.0</c>.</param>
    public static async Task<NodeProgram> WithAsync(string package)
    {
        var folder = Path.Combine(Path.GetTempPath(), "notification-npm", package.Replace('/', '-'));
        Directory.CreateDirectory(folder);
        FileStream? turn = null;
        await Eventually.TrueAsync(() => TryLock(Path.Combine(folder, "lock"), out turn), TimeSpan.FromMinutes(5));
        await using (turn)
        {
            var done = Path.Combine(folder, "installed");
            if (!File.Exists(done))
            {
                await RunAsync(folder, "npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", package], "");
                await File.WriteAllTextAsync(done, "");
            }
        }

        return new NodeProgram(folder);
    }

    /// <summary>Runs a script, which may require the package, and answers what it printed.</summary>
    public Task<string> RunAsync(string script, string input) => RunAsync(home, "node", ["-e", script], input);

    private static async Task<string> RunAsync(string folder, string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}");
    }

    private static bool TryLock(string file, out FileStream? turn)
    {
        try
        {
            turn = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            turn = null;
            return false;
        }
    }
}
