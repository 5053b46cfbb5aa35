using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>Every statement, prepared by the role that runs it, on a connection with that role's settings.</summary>
public sealed class PreparedRoles : IAsyncDisposable
{
    public const string OneForAll = "force_generic_plan";
    public const string OneForEach = "force_custom_plan";

    private readonly Dictionary<string, PreparedStatements> roles;

    private PreparedRoles(Dictionary<string, PreparedStatements> roles) => this.roles = roles;

    /// <param name="database">Whose.</param>
    /// <param name="month">What the parameters are about.</param>
    /// <param name="statements">What to prepare.</param>
    /// <param name="planned">Whether each is planned now, and keeps that plan for as long as PostgreSQL keeps it.</param>
    public static async Task<PreparedRoles> OpenAsync(TestDatabase database, PlantedMonth month, IReadOnlyList<StatementCost> statements, bool planned)
    {
        var tenant = await database.ScalarAsync<Guid>("select planted.big()");
        var prepared = new PreparedRoles(new(StringComparer.Ordinal)
        {
            ["app"] = await OpenAsync(database.Database.App, tenant),
            ["lists"] = await OpenAsync(database.Database.Lists, tenant),
            ["worker"] = await OpenAsync(database.Database.Worker, tenant),
            ["owner"] = await OpenAsync(database.Database.Owner, tenant),
        });
        foreach (var statement in statements)
        {
            var (_, types) = await month.EvaluateAsync(statement.Parameters);
            await prepared.roles[statement.Role].PrepareAsync(statement, types);
            if (planned)
                await prepared.roles[statement.Role].PlanAsync(statement);
        }

        return prepared;
    }

    /// <summary>The plan of one for all parameters, as its role makes it.</summary>
    public Task<string> ExplainAsync(StatementCost statement) => roles[statement.Role].ExplainAsync(statement);

    /// <summary>A sentence for each that touches more than its bound.</summary>
    public async Task<IReadOnlyList<string>> AboveBoundAsync(PlantedMonth month, IReadOnlyList<StatementCost> statements, string statistics, string planning)
    {
        var found = new List<string>();
        // Workers and lists have one plan for all parameters, always.
        foreach (var statement in statements.Where(statement => planning == OneForAll || statement.Role is not ("worker" or "lists")))
        {
            var touched = await roles[statement.Role].TouchedByAsync(statement, (await month.EvaluateAsync(statement.Parameters)).Values, planning);
            var pages = touched.Sum(relation => relation.Pages);
            if (pages > statement.MaxPages)
                found.Add($"{statement.FullName}, {statistics}, {planning}: {pages} pages and not {statement.MaxPages} at most for {statement.Rows} rows, of them {string.Join(", ", touched.Take(3))}");
        }

        // Or what was touched here would be counted seconds later, as somebody else's.
        foreach (var role in roles.Values)
            await role.FlushAsync();
        return found;
    }

    /// <summary>Not of the pool: what is prepared here would stay behind.</summary>
    private static async Task<PreparedStatements> OpenAsync(NpgsqlDataSource source, Guid tenant)
    {
        var connection = new NpgsqlConnection($"{source.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        return new PreparedStatements(connection, tenant);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var role in roles.Values)
            await role.DisposeAsync();
    }
}
