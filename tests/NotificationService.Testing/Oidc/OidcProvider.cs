using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NotificationService.Testing.Oidc;

/// <summary>
/// npm's <c>oidc-provider</c>, a certified OpenID Connect issuer, as somebody else's idea of what tokens look like: a Node process with the people and
/// programs of a test. People sign in by their name alone.
/// </summary>
public sealed partial class OidcProvider : IAsyncDisposable
{
    public const string Audience = "urn:notification-service";

    private const string Secret = "a secret of sufficient length for it";
    private const string Callback = "http://127.0.0.1/callback";

    private readonly Process process;

    private OidcProvider(Process process, Uri authority) => (this.process, Authority) = (process, authority);

    public Uri Authority { get; }

    /// <param name="people">Their names, and what tokens say of them.</param>
    /// <param name="programs">Their names, the algorithm of their tokens, and what these say of them.</param>
    public static async Task<OidcProvider> StartAsync(IReadOnlyDictionary<string, object> people, IReadOnlyDictionary<string, (string Algorithm, object Claims)> programs)
    {
        var package = await NodeProgram.WithAsync("oidc-provider@9.13.3");
        var script = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "NotificationService.Testing", "Oidc", "issuer.js"));
        var start = new ProcessStartInfo("node", ["-e", script]) { WorkingDirectory = package.Home, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        var errors = new StringBuilder();
        node.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        node.BeginErrorReadLine();
        var clients = programs.ToDictionary(program => program.Key, program => (object)new { secret = Secret, algorithm = program.Value.Algorithm, claims = program.Value.Claims });
        clients["web"] = new { redirectUri = Callback };
        await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { audience = Audience, people, clients }));
        var port = await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)) ?? throw new InvalidOperationException($"the issuer did not start: {errors}");
        return new OidcProvider(node, new Uri($"http://127.0.0.1:{int.Parse(port, CultureInfo.InvariantCulture)}"));
    }

    /// <summary>A program signs in for itself.</summary>
    public async Task<string> ClientCredentialsAsync(string program, string scope)
    {
        using var client = Client();
        return await TokenAsync(client, new() { ["grant_type"] = "client_credentials", ["client_id"] = program, ["client_secret"] = Secret, ["scope"] = scope, ["resource"] = Audience });
    }

    /// <summary>A person signs in to an application without a secret: code and PKCE, through the pages of sign-in and consent.</summary>
    public async Task<string> SignInAsync(string person)
    {
        using var client = Client();
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var next = new Uri(Authority, $"/auth?client_id=web&response_type=code&redirect_uri={Uri.EscapeDataString(Callback)}&scope=openid&resource={Uri.EscapeDataString(Audience)}&code_challenge={challenge}&code_challenge_method=S256&state=s");
        for (var page = 0; page < 10; page++)
        {
            using var response = await client.GetAsync(next);
            var step = response.StatusCode == HttpStatusCode.OK ? await SubmitAsync(client, next, await response.Content.ReadAsStringAsync(), person) : response;
            next = new Uri(Authority, step.Headers.Location ?? throw new InvalidOperationException($"{next} answered {(int)step.StatusCode}: {await step.Content.ReadAsStringAsync()}"));
            if (Code().Match(next.OriginalString) is { Success: true } code)
            {
                return await TokenAsync(client, new()
                {
                    ["grant_type"] = "authorization_code",
                    ["client_id"] = "web",
                    ["code"] = Uri.UnescapeDataString(code.Groups[1].Value),
                    ["redirect_uri"] = Callback,
                    ["code_verifier"] = verifier,
                    ["resource"] = Audience,
                });
            }
        }

        throw new InvalidOperationException("the sign-in goes round in circles");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient client, Uri page, string html, string person)
    {
        using var form = new FormUrlEncodedContent([new("prompt", Prompt().Match(html).Groups[1].Value), new("login", person), new("password", "-")]);
        return await client.PostAsync(page, form);
    }

    private async Task<string> TokenAsync(HttpClient client, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await client.PostAsync(new Uri(Authority, "/token"), content);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonElement.Parse(body).GetProperty("access_token").GetString()! : throw new InvalidOperationException($"the issuer refused: {body}");
    }

#pragma warning disable CA2000 // the client disposes of it
    private static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
#pragma warning restore CA2000

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();

    [GeneratedRegex("name=\"prompt\" value=\"([a-z]+)\"")]
    private static partial Regex Prompt();
}
