using System.Text.RegularExpressions;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>The line that each request leaves in the log: what happened, and nothing that is anybody's.</summary>
public sealed partial class RequestLogTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_request_leaves_one_line_without_secrets_addresses_or_ids_of_people()
    {
        await using var process = await ServiceProcess.StartAsync(database.ConnectionString, ("Notification__RequestLog__Enabled", "true"), ServiceProcess.WithoutSeed);
        var admin = await new ApiClient(process.Client).RegisterTenantAsync("canary@example.com");
        using var found = await admin.SendAsync(HttpMethod.Get, "/api/v1/admin/providers/01890a5d-ac96-774b-bcce-b302099a8057?canary=canary");
        using var nowhere = await admin.SendAsync(HttpMethod.Get, "/nowhere/canary");

        await Eventually.TrueAsync(() => Lines(process).Count >= 3, TimeSpan.FromSeconds(30));

        var lines = Lines(process);
        lines.ShouldContain(line => line.StartsWith("POST /api/v1/auth/register-tenant 201 in ", StringComparison.Ordinal));
        lines.ShouldContain(line => Regex.IsMatch(line, "^GET /api/v1/admin/providers/\\{[a-z:]+\\} 404 in \\d+ ms, tenant [0-9a-f-]{36}, trace "));
        lines.ShouldContain(line => line.StartsWith("GET (no route) 404 in ", StringComparison.Ordinal));
        process.Output.ShouldNotContain("canary");
        lines.ShouldAllBe(line => !line.Contains("/health", StringComparison.Ordinal));
    }

    private static List<string> Lines(ServiceProcess process) => [.. Line().Matches(process.Output).Select(match => match.Value)];

    [GeneratedRegex("(GET|POST) (/[^ ]*|\\(no route\\)) [0-9]{3} in .*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();
}
