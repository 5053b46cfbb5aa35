using System.Diagnostics;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>
/// The npm package <c>standardwebhooks</c> as somebody else's judgement of our signatures: a Node process that is handed
/// messages and says of each whether its library accepts it. Fetched once for all runs; its install scripts are not run.
/// </summary>
internal sealed class StandardWebhooksVerifier : IAsyncDisposable
{
    private const string Version = "1.1.1";

    private const string Script =
        """
        const { Webhook } = require('standardwebhooks');
        require('readline').createInterface({ input: process.stdin }).on('line', line => {
          const { secret, headers, body } = JSON.parse(line);
          try { new Webhook(secret).verify(body, headers); console.log('ok'); }
          catch (error) { console.log(error.name + ': ' + error.message); }
        });
        """;

    private readonly Process process;
    private readonly SemaphoreSlim turn = new(1, 1);

    private StandardWebhooksVerifier(Process process) => this.process = process;

    public static async Task<StandardWebhooksVerifier> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"notification-standardwebhooks-{Version}");
        Directory.CreateDirectory(folder);
        FileStream? lockFile = null;
        await Eventually.TrueAsync(() => TryLock(Path.Combine(folder, "lock"), out lockFile), TimeSpan.FromMinutes(5));
        await using (lockFile)
        {
            if (!File.Exists(Path.Combine(folder, "verify.cjs")))
            {
                await RunAsync("npm", folder, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", $"standardwebhooks@{Version}");
                await File.WriteAllTextAsync(Path.Combine(folder, "verify.cjs"), Script);
            }
        }

        var node = new ProcessStartInfo("node", [Path.Combine(folder, "verify.cjs")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        return new StandardWebhooksVerifier(Process.Start(node) ?? throw new InvalidOperationException("node did not start"));
    }

    /// <summary><c>ok</c>, or what the library says against it.</summary>
    public async Task<string> VerifyAsync(string secret, IReadOnlyDictionary<string, string> headers, string body)
    {
        await turn.WaitAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { secret, headers, body }));
            return await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? throw new InvalidOperationException("the verifier has ended");
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        turn.Dispose();
    }

    private static async Task RunAsync(string command, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        using var running = Process.Start(start) ?? throw new InvalidOperationException($"{command} did not start");
        var output = running.StandardOutput.ReadToEndAsync();
        var errors = await running.StandardError.ReadToEndAsync();
        await output;
        await running.WaitForExitAsync();
        running.ExitCode.ShouldBe(0, errors);
    }

    private static bool TryLock(string file, out FileStream? held)
    {
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            held = null;
            return false;
        }
    }
}
