using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;
using NotificationService.Testing.Webhooks;
using NotificationService.Webhooks;

namespace NotificationService.EndToEndTests.Webhooks;

/// <summary>
/// What docs/webhooks.md gives a receiver to check signatures with, taken out of the document and run: it takes what is signed, also while a
/// secret is being replaced, and refuses what was tampered with, signed by another or is too old.
/// </summary>
public sealed class DocumentedReceiverTests
{
    private static readonly WebhookSecret Secret = WebhookSecret.New();
    private static readonly WebhookSecret Other = WebhookSecret.New();
    private static readonly IReadOnlyList<Sample> Samples = MakeSamples();

    [Fact]
    public void In_CSharp() => Samples
        .Select(sample => DocumentedCSharp.Verify(Secret.Reveal(), sample.Id, sample.Timestamp, sample.Signatures, Encoding.UTF8.GetBytes(sample.Body)))
        .ShouldBe(Samples.Select(sample => sample.IsGood));

    [Fact]
    public void In_CSharp_what_is_compiled_here_is_what_the_document_says()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests/NotificationService.Testing/Webhooks/DocumentedCSharp.cs"));

        string.Concat(source.Split('\n').Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] + "\n" : line + "\n")).ShouldContain(Snippet("csharp"));
    }

    [Fact]
    public async Task In_JavaScript()
    {
        var node = await NodeProgram.WithAsync("standardwebhooks@1.1.1");
        // The package and the web framework around the lines of the document: the first as a script loads it, the second as far as they use it.
        var script = $$"""
            let handler; const answers = [];
            const express = { raw: () => undefined }, app = { post: (path, raw, take) => { handler = take; } }, queue = { add() { } };
            const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            process.env.WEBHOOK_SECRET = input.secret;
            {{Snippet("js").Replace("import { Webhook } from 'standardwebhooks';", "const { Webhook } = require('standardwebhooks');", StringComparison.Ordinal)}}
            for (const sample of input.samples)
                handler({ body: Buffer.from(sample.body, 'utf8'), headers: { 'webhook-id': sample.id, 'webhook-timestamp': sample.timestamp, 'webhook-signature': sample.signatures } },
                    { sendStatus: status => answers.push(status === 204) });
            process.stdout.write(JSON.stringify(answers));
            """;

        Parsed(await node.RunAsync(script, Input())).ShouldBe(Samples.Select(sample => sample.IsGood));
    }

    [Fact]
    public async Task In_Python()
    {
        var script = $"""
            import json, sys
            {Snippet("python")}
            given = json.load(sys.stdin)
            answers = []
            for sample in given["samples"]:
                try:
                    verify(given["secret"], {"{"}"webhook-id": sample["id"], "webhook-timestamp": sample["timestamp"], "webhook-signature": sample["signatures"]{"}"}, sample["body"].encode())
                    answers.append(True)
                except ValueError:
                    answers.append(False)
            print(json.dumps(answers))
            """;
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await python.StandardInput.WriteAsync(Input());
        python.StandardInput.Close();
        var output = python.StandardOutput.ReadToEndAsync();
        (await python.StandardError.ReadToEndAsync()).ShouldBeEmpty();

        Parsed(await output).ShouldBe(Samples.Select(sample => sample.IsGood));
    }

    private static List<Sample> MakeSamples()
    {
        const string Body = """{"type":"delivery.sent","data":{"text":"Grüße, 你好"}}""";
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return
        [
            Sample.Signed("msg_1", now, Body, [Secret], isGood: true),
            Sample.Signed("msg_2", now, Body, [Other, Secret], isGood: true),
            Sample.Signed("msg_3", now, Body, [Other], isGood: false),
            Sample.Signed("msg_4", now - 3_600, Body, [Secret], isGood: false),
            Sample.Signed("msg_5", now + 3_600, Body, [Secret], isGood: false),
            Sample.Signed("msg_6", now, Body, [Secret], isGood: false) with { Body = Body + " " },
            Sample.Signed("msg_7", now, Body, [Secret], isGood: false) with { Id = "msg_8" },
            Sample.Signed("msg_9", now, Body, [Secret], isGood: false) with { Signatures = "v1,AAAA v2,BBBB" },
        ];
    }

    private static string Input() => JsonSerializer.Serialize(new { secret = Secret.Reveal(), samples = Samples }, JsonSerializerOptions.Web);

    private static List<bool> Parsed(string output) => JsonSerializer.Deserialize<List<bool>>(output)!;

    private static string Snippet(string language)
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs/webhooks.md"));
        var from = document.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return document[from..document.IndexOf("\n```", from, StringComparison.Ordinal)];
    }

    private sealed record Sample(string Id, string Timestamp, string Signatures, string Body, bool IsGood)
    {
        public static Sample Signed(string id, long timestamp, string body, IReadOnlyList<WebhookSecret> secrets, bool isGood) =>
            new(id, timestamp.ToString(CultureInfo.InvariantCulture), WebhookSigner.Sign(id, timestamp, Encoding.UTF8.GetBytes(body), secrets), body, isGood);
    }
}
