using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>A process with 384 MiB for its heap renders what is meant to fill its memory, and is still there.</summary>
public sealed class RenderMemoryTests(PostgresCluster cluster) : IAsyncLifetime
{
    /// <summary>The heap of 384 MiB, and what a process of .NET takes besides: code, stacks, the runtime.</summary>
    private const long MaxResident = 768L * 1024 * 1024;

    private static readonly object Data = new { l = Enumerable.Repeat(1, 90_000), s = new string('s', 5_000), a = "x" };

    private ServiceProcess? service;
    private string admin = "";

    public async ValueTask InitializeAsync()
    {
        service = await ServiceProcess.StartAsync(
            await cluster.CreateDatabaseAsync(), ("DOTNET_GCHeapHardLimit", "0x18000000"), ("Notification__RateLimits__AuthPerMinute", "0"));
        var signedIn = await CallAsync("/api/v1/auth/login", new { email = "admin@demo.test", password = "Demo-admin-1!" }, HttpStatusCode.OK);
        admin = signedIn.GetProperty("accessToken").GetString() ?? "";
    }

    public ValueTask DisposeAsync() => service?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Texts_that_would_fill_the_memory_end_the_render_and_nothing_else()
    {
        string[] texts =
        [
            "{{#if (join l s)}}x{{/if}}", "{{join l s}}", "{{upper (join l s)}}", "{{lower (join l s)}}", "{{length (join l s)}}", "{{default (join l s) a}}",
            "{{#if (and a (join l s))}}x{{/if}}", "{{#if (or (join l s) a)}}x{{/if}}", "{{#if (not (join l s))}}x{{/if}}", "{{#if (eq (join l s) a)}}x{{/if}}",
            "{{#if (lte (join l s) a)}}x{{/if}}", "{{lookup a (join l s)}}", "{{pluralize 1 (join l s) a}}", "{{number (join l s)}}", "{{date 0 (join l s)}}",
            "{{#each (join l s)}}x{{/each}}", "{{#with (join l s)}}x{{/with}}",
        ];

        var sent = new List<string>();
        for (var i = 0; i < texts.Length; i++)
        {
            var key = $"bomb-{i}";
            await CallAsync(
                "/api/v1/admin/templates", new { key, name = key, contents = new { sms = new { en = new { text = texts[i] } }, in_app = new { en = new { title = "t", body = texts[i] } } } }, HttpStatusCode.Created);
            var preview = await CallAsync($"/api/v1/admin/templates/{key}/preview", new { data = Data }, HttpStatusCode.UnprocessableEntity);
            preview.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("render_limit", texts[i]);
            await CallAsync($"/api/v1/admin/templates/{key}/publish", new { }, HttpStatusCode.OK);
            var accepted = await CallAsync($"/api/v1/admin/templates/{key}/test-send", new { recipient = new { userId = "ann", phone = "+14155550100" }, data = Data }, HttpStatusCode.Accepted);
            sent.Add(accepted.GetProperty("id").GetString()!);
        }

        foreach (var id in sent)
        {
            var ended = await Eventually.ValueAsync(() => ReadAsync($"/api/v1/services/notifications/{id}"), found => found.GetProperty("status").GetString() == "failed", TimeSpan.FromSeconds(120));
            ended.GetProperty("deliveries").EnumerateArray().Select(delivery => delivery.GetProperty("failure").GetProperty("kind").GetString()).ShouldBe(["template_error", "template_error"]);
        }

        PeakResident().ShouldBeLessThan(MaxResident);
        service!.HasExited.ShouldBeFalse();
    }

    /// <summary>The most that the process ever had in memory, in bytes.</summary>
    private long PeakResident()
    {
        var line = File.ReadLines($"/proc/{service!.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var peak = long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        TestContext.Current.TestOutputHelper?.WriteLine($"VmHWM {peak / 1024 / 1024} MiB");
        return peak;
    }

    private async Task<JsonElement> CallAsync(string path, object body, HttpStatusCode expected)
    {
        using var request = Request(HttpMethod.Post, path);
        request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await service!.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, $"{path}: {text[..Math.Min(text.Length, 500)]}");
        return JsonElement.Parse(text);
    }

    private async Task<JsonElement> ReadAsync(string path)
    {
        using var request = Request(HttpMethod.Get, path);
        using var response = await service!.Client.SendAsync(request);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (admin.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin);
        return request;
    }
}
