using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Host.Http;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.Http;

/// <summary>Every line of <c>corpus.jsonl</c> against the running service: refused as written, as a problem, and nothing stored.</summary>
public sealed class BadInputTests(BadInputTests.Service running) : IClassFixture<BadInputTests.Service>
{
    public static TheoryData<string> Ids => [.. BadInput.Corpus.Select(input => input.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task It_is_refused(string id)
    {
        var line = BadInput.Corpus.Single(candidate => candidate.Id == id);
        foreach (var path in running.Routes.Of(line.Route).Where(path => line.Id != "A1-empty" || !running.Routes.MayLeaveOutBody(path)))
        {
            var input = line.At(path);
            var response = await RawConnection.ExchangeAsync(running.Main.Address, input.On(path, running.Token));

            RawConnection.StatusOf(response).ShouldBe(input.ExpectStatus, $"{path}: {response[..Math.Min(800, response.Length)]}");
            ShouldBeProblem(RawConnection.BodyOf(response), input, path);
            if (input.ExpectStatus == 405)
                response.ShouldContain("\r\nAllow: ");
            if (input.ExpectStatus == 401)
                response.ShouldContain("\r\nWWW-Authenticate: Bearer");
        }
    }

    [Fact]
    public void The_corpus_reaches_routes_of_every_kind()
    {
        foreach (var kind in BadInput.Corpus.Select(input => input.Route).Distinct().Except(Service.NotYet))
            running.Routes.Of(kind).ShouldNotBeEmpty(kind);
    }

    [Theory]
    [InlineData("""{"\ud800xxxxxxxx":1}""")]
    [InlineData("""{"\udc00":{"\ud800":[]},"\u0000":1}""")]
    [InlineData("""{"data":{"\ud800xxxxxxxx":1,"b":2},"notifications":[{"\ud800xxxxxxxx":1},{"data":{"\ud800":1}}],"recipient":{"\ud800":1},"variables":{"\ud800":1},"content":{"\ud800":1}}""")]
    public async Task A_name_that_is_no_text_is_a_mistake_of_the_caller_wherever_it_is_sent(string body)
    {
        var asked = 0;
        foreach (var (path, method, operation) in running.Routes.Operations.Where(route => PublishedRoutes.TakesJson(route.Operation)))
        {
            var input = new BadInput("names", path, method, 0, Body: body);

            var response = await RawConnection.ExchangeAsync(running.Main.Address, input.On(PublishedRoutes.Filled(path, operation), running.Token));

            RawConnection.StatusOf(response).ShouldBeInRange(400, 499, $"{method} {path}: {response[..Math.Min(800, response.Length)]}");
            asked++;
        }

        asked.ShouldBeGreaterThan(20);
    }

    private static void ShouldBeProblem(string body, BadInput input, string path)
    {
        var problem = JsonDocument.Parse(body).RootElement;
        problem.GetProperty("status").GetInt32().ShouldBe(input.ExpectStatus);
        foreach (var name in (string[])["type", "title", "code", "traceId"])
            problem.GetProperty(name).GetString().ShouldNotBeNullOrEmpty();
        if (input.ExpectCode is not null)
            problem.GetProperty("code").GetString().ShouldBe(input.ExpectCode, path);
        if (input.ExpectErrorCode is not null)
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()).ShouldContain(input.ExpectErrorCode, path);
        body.ShouldNotContain("   at ");
        body.ShouldNotContain("Exception");
        body.ShouldNotContain(new string('x', Problem.LongestEcho + 1));
    }

    /// <summary>One service, one signed-in admin, and a count of all rows before and after.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        /// <summary>Kinds of routes that nothing serves so far.</summary>
        public static readonly string[] NotYet = [];

        private const string CountOfRows = """
            select coalesce(sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', c.relname), false, true, '')))[1]::text::bigint), 0)::bigint
            from pg_class c join pg_namespace s on s.oid = c.relnamespace
            where s.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('rate_limits')
            """;

        /// <summary>With nothing left of it on its way.</summary>
        private const string MailIsSent = "select count(*) from deliveries where status >= {status.delivered} and not exists (select from deliveries where status < {status.delivered}) and not exists (select from outbox) and not exists (select from notices)";

        private string connectionString = "";
        private long rowsBefore;
        private ServiceInProcess? main;
        private PublishedRoutes? routes;

        public ServiceInProcess Main => main ?? throw new InvalidOperationException("not initialized");

        internal PublishedRoutes Routes => routes ?? throw new InvalidOperationException("not initialized");

        public string Token { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            connectionString = await cluster.CreateDatabaseAsync();
            main = await ServiceInProcess.StartAsync(connectionString, ("Notification__RateLimits__AuthPerMinute", "0"));
            routes = await PublishedRoutes.ReadAsync(Main.Client);
            using var registered = await Main.Client.PostAsync(
                new Uri("/api/v1/auth/register-tenant", UriKind.Relative),
                new StringContent("""{"tenantName":"Bad input","starter":false,"admin":{"email":"ann@example.com","password":"correct horse battery 1!","name":"Ann"}}""", Encoding.UTF8, "application/json"));
            registered.EnsureSuccessStatusCode();
            // Whom no route refuses for a role.
            (await ScalarAsync("with changed as (update users set roles = '{admin,platform_admin}' where email = 'ann@example.com' returning 1) select count(*) from changed")).ShouldBe(1);
            using var signedIn = await Main.Client.PostAsync(
                new Uri("/api/v1/auth/login", UriKind.Relative),
                new StringContent("""{"email":"ann@example.com","password":"correct horse battery 1!"}""", Encoding.UTF8, "application/json"));
            signedIn.EnsureSuccessStatusCode();
            Token = (await signedIn.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
            // The mail that asks to confirm the address is not stored by any of the requests.
            await Eventually.TrueAsync(async () => await ScalarAsync(MailIsSent) >= 1, TimeSpan.FromSeconds(60), () => "no confirmation was sent");
            rowsBefore = await RowsAsync();
        }

        /// <summary>After all of it nothing more is stored, and the service is as well as before.</summary>
        public async ValueTask DisposeAsync()
        {
            try
            {
                await Main.WaitUntilReadyAsync();
                (await RowsAsync()).ShouldBe(rowsBefore, "a refused request has stored something");
            }
            finally
            {
                await Main.DisposeAsync();
            }
        }

        private Task<long> RowsAsync() => ScalarAsync(CountOfRows);

        private async Task<long> ScalarAsync(string sql)
        {
            await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
            await using var command = source.CreateCommand(SqlNames.Replace(sql));
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }
}
