using System.Diagnostics;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>
/// The npm package <c>standardwebhooks</c> as somebody else's judgement of our signatures: a Node process that is handed
/// messages and says of each whether its library accepts it.
/// </summary>
internal sealed class StandardWebhooksVerifier : IAsyncDisposable
{
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
        var package = await NodeProgram.WithAsync("standardwebhooks@1.1.1");
        var node = new ProcessStartInfo("node", ["-e", Script]) { WorkingDirectory = package.Home, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
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
}
