using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace NotificationService.Testing.Attacks;

/// <summary>What was seen to hurt the service or others, and its like. Each needs no more than a tenant that anybody may register, most of them not even that.</summary>
public static class KnownAttacks
{
    public const string Bomb = "bomb";
    public const string Wanting = "wanting";
    public const string Costly = "costly";

    private static string ManyChannels { get; } = $$"""{"channels":[{{string.Join(',', Enumerable.Repeat("\"\"", 340_000))}}]}""";

    private static string Half { get; } = new('x', 500 * 1024);

    private static string FullOfCommas { get; } = string.Join(',', Enumerable.Repeat("a", 32_000));

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("a template that joins 90,000 items, previewed", 2, (attacker, _, stop) => attacker.AdminAsync(HttpMethod.Post, $"api/v1/admin/templates/{Bomb}/preview", JsonContent.Create(new { data = BombData }), stop)),
        new("the same, sent", 1, (attacker, number, stop) => attacker.AccountAsync(HttpMethod.Post, "api/v1/services/notifications/send", JsonContent.Create(new { template = Bomb, channel = "email", recipient = new { email = $"a{number}@example.com" }, data = BombData }), stop)),
        new("time zones that do not exist", 2, (attacker, number, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/send?dryRun=true",
            JsonContent.Create(new { channel = "email", content = new { subject = "x", text = "x" }, recipient = new { email = "a@example.com", timezone = $"Europe{new string('/', 1 + number % 400)}{number}Paris" } }), stop)),
        new("a batch that lacks every variable", 1, (attacker, _, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/send-batch",
            JsonContent.Create(new { template = Wanting, channel = "email", final = true, notifications = Enumerable.Range(0, 200).Select(item => new { recipient = new { email = $"w{item}@example.com" }, data = new { items = Enumerable.Repeat(new { }, 500) } }) }), stop)),
        new("callbacks of 4 MB that drip", 30, (attacker, _, stop) => DripAsync(attacker.Service, attacker.CallbackPath, "", 4_000_000, stop)),
        new("callbacks to nobody that drip", 5, (attacker, number, stop) => DripAsync(attacker.Service, $"/webhooks/sendgrid/{new Guid(number, 0, 0, new byte[8])}", "", 4_000_000, stop)),
        new("anonymous log-ins of 1 MB", 10, (attacker, _, stop) => attacker.AnonymousAsync(HttpMethod.Post, "api/v1/auth/login", Text(new string(' ', 1_000_000)), stop)),
        new("wrong passwords", 10, (attacker, number, stop) => attacker.AnonymousAsync(HttpMethod.Post, "api/v1/auth/login", JsonContent.Create(new { email = $"nobody{number % 50}@example.com", password = "Wrong-password-1!" }), stop)),
        new("wrong client secrets", 10, (attacker, number, stop) => attacker.AnonymousAsync(HttpMethod.Post, "oauth/token", Form($"grant_type=client_credentials&client_id=nobody{number % 50}&client_secret=wrong"), stop)),
        new("registrations", 1, (attacker, number, stop) => attacker.AnonymousAsync(HttpMethod.Post, "api/v1/auth/register-tenant", JsonContent.Create(new { tenantName = $"flood {number}", admin = new { email = "victim@example.com", password = "Flood-admin-1!", name = "x" } }), stop)),
        new("batches whose bodies drip", 3, (attacker, _, stop) => DripAsync(attacker.Service, "/api/v1/services/notifications/send-batch", attacker.AccountToken, 1_000_000, stop)),
        new("a first chunk of 2 GiB", 4, (attacker, _, stop) => RawAsync(attacker.Service, "POST /api/v1/services/notifications/send HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n80000000\r\n{", stop)),
        new("deep pages and filters that match nothing", 2, (attacker, number, stop) => attacker.AccountAsync(HttpMethod.Get, $"api/v1/services/notifications?status=failed&category=none{number}&page={1 + number % 200}", null, stop)),
        new("batches of 10,000 bad items", 1, (attacker, _, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/send-batch",
            JsonContent.Create(new { channel = "email", final = true, content = new { subject = "x", text = "x" }, notifications = Enumerable.Range(0, 10_000).Select(_ => new { recipient = new { email = "no address" } }) }), stop)),
        new("a batch of which every item takes as long as one may", 2, (attacker, _, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/send-batch",
            JsonContent.Create(new { template = Costly, channel = "email", final = true, data = CostlyData, notifications = Enumerable.Range(0, 2_000).Select(item => new { recipient = new { email = $"c{item}@example.com" } }) }), stop)),
        new("a batch that says a megabyte once for ten thousand", 1, (attacker, _, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/send-batch",
            JsonContent.Create(new
            {
                channel = "email",
                final = true,
                sendAt = DateTimeOffset.UtcNow.AddDays(300).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                content = new { subject = "x", html = Half, text = Half },
                notifications = Enumerable.Range(0, 10_000).Select(item => new { recipient = new { email = $"m{item}@example.com" } }),
            }), stop)),
        new("a preview for 340,000 channels", 1, (attacker, _, stop) => attacker.AdminAsync(HttpMethod.Post, $"api/v1/admin/templates/{Wanting}/preview", Text(ManyChannels), stop)),
        new("CSV forms full of channels", 2, (attacker, number, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/bulk/csv", Csv("email\na@example.com\n", Enumerable.Repeat(("channels", number % 2 == 0 ? FullOfCommas : "email,email,email"), 30)), stop)),
        new("CSV mappings of thousands of columns", 2, (attacker, number, stop) => attacker.AccountAsync(
            HttpMethod.Post, "api/v1/services/notifications/bulk/csv",
            Csv($"email,{string.Join(',', Enumerable.Range(0, 900).Select(column => $"column{column}"))}\na@example.com\n", [("template", Wanting), ("mapping", Mapping(number % 2 == 0 ? 5_000 : 900))]), stop)),
        // Fast enough not to be cut off, and never whole. Of each tenant one more than it may have on their way.
        new("CSV files that drip", 6, (attacker, _, stop) => DripAsync(
            attacker.Service, "/api/v1/services/notifications/bulk/csv", attacker.AccountToken, 1_000_000, stop, "multipart/form-data; boundary=b", CsvForm, "drip@example.com,Drip\n")),
    ];

    /// <summary>Templates and the sandbox that the attacks go through.</summary>
    public static async Task PrepareAsync(Attacker attacker)
    {
        await attacker.AddSandboxAsync();
        await attacker.SetUpAsync(Bomb, new { email = new { en = new { subject = "x", html = "{{#if (join l s)}}x{{/if}}" } } });
        await attacker.SetUpAsync(Wanting, new { email = new { en = new { subject = "x", html = "{{#each items}}" + string.Concat(Enumerable.Range(0, 200).Select(number => $"{{{{v{number}}}}}")) + "{{/each}}" } } });
        await attacker.SetUpAsync(Costly, CostlyContents);
    }

    /// <summary>Asks each of many items for hundreds of things that it need not have.</summary>
    public static object CostlyContents { get; } = new { email = new { en = new { subject = "x", html = Asking("a"), text = Asking("b") } } };

    /// <summary>As many items as fit.</summary>
    public static object CostlyData { get; } = new { items = Enumerable.Repeat(new { }, 80_000) };

    private static string Asking(string name) =>
        $"{{{{#each items}}}}{string.Concat(Enumerable.Range(0, 300).Select(number => $"{{{{#if {name}{number}}}}}{{{{{name}{number}.x}}}}{{{{/if}}}}"))}{{{{/each}}}}";

    /// <summary>Of a CSV upload, up to the first row of its file.</summary>
    private const string CsvForm =
        "--b\r\nContent-Disposition: form-data; name=\"template\"\r\n\r\n" + Wanting + "\r\n--b\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\nemail\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"force\"\r\n\r\ntrue\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\nemail,name\n";

    private static object BombData { get; } = new { l = Enumerable.Repeat(1, 85_000), s = new string('x', 5_000) };

    private static StringContent Text(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Mapping(int columns) => $$"""{{{string.Join(',', Enumerable.Range(0, columns).Select(column => $"\"colum{column}\":\"x\""))}}}""";

    private static MultipartFormDataContent Csv(string file, IEnumerable<(string Name, string Value)> fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(file)), "file", "people.csv");
        return form;
    }

    private static StringContent Form(string text) => new(text, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    /// <summary>Promises a body and hands it over bit by bit, until the service closes the connection or answers.</summary>
    private static async Task<int> DripAsync(
        Uri service, string path, string token, int length, CancellationToken stop, string contentType = "application/json", string beginning = "[", string filling = " ")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(service.Host, service.Port, stop);
        await using var stream = client.GetStream();
        var sign = token.Length == 0 ? "" : $"Authorization: Bearer {token}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\n{sign}Content-Type: {contentType}\r\nContent-Length: {length}\r\n\r\n{beginning}"), stop);
        var response = ReadStatusAsync(stream, stop);
        var piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(filling, 4_096 / filling.Length)));
        for (var sent = beginning.Length; sent + piece.Length < length && !response.IsCompleted; sent += piece.Length)
        {
            await stream.WriteAsync(piece, stop);
            await Task.WhenAny(response, Task.Delay(200, stop));
        }

        return await response;
    }

    private static async Task<int> RawAsync(Uri service, string request, CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(service.Host, service.Port, stop);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), stop);
        return await ReadStatusAsync(stream, stop);
    }

    private static async Task<int> ReadStatusAsync(NetworkStream stream, CancellationToken stop)
    {
        var head = new byte[12];
        await stream.ReadExactlyAsync(head, stop);
        return int.Parse(Encoding.ASCII.GetString(head, 9, 3));
    }
}
