using System.Diagnostics;

namespace NotificationService.Testing;

/// <summary>A program of the machine, run to its end.</summary>
public static class Tool
{
    /// <summary>Runs a program in a folder and answers what it printed. A program that fails is an exception with all that it said.</summary>
    public static async Task<string> RunAsync(string folder, string program, IReadOnlyList<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors} {await output}");
    }
}
