using System.Data;
using System.Text.RegularExpressions;
using NotificationService.Host.Auth;
using NotificationService.Kafka;
using NotificationService.Storage;
using NotificationService.Testing;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>
/// What the code reads of each statement is what PostgreSQL says that it answers: it prepares each of them and describes its columns. Parameters are compared
/// without a database (StatementParameterTests).
/// </summary>
public sealed class StatementColumnsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>What is answered only so that something is done, or because a row says enough.</summary>
    private static readonly Dictionary<string, string[]> Unread = new()
    {
        ["scope_open"] = ["set_config"],
        ["scope_open_set"] = ["set_config"],
        ["provider_suspensions_lift"] = ["pg_notify"],
        ["provider_suspensions_suspend"] = ["provider_id", "publish_event"],
    };

    /// <summary>Text that is put into others, and what is run before there is a schema.</summary>
    private static readonly string[] NotLoaded = ["Parts/change_recorded", "Parts/inbox_item", "schema_prepare"];

    [Fact]
    public async Task Every_column_that_is_read_is_answered_and_every_one_that_is_answered_is_read()
    {
        var loaded = LoadedStatements.Of(typeof(Statement).Assembly, typeof(KafkaModule).Assembly, typeof(EndedTokens).Assembly);
        var files = typeof(Statement).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Sql/", StringComparison.Ordinal)).Select(name => name["Sql/".Length..]);
        loaded.Statements.Select(statement => statement.Name).Distinct().Concat(NotLoaded).Order(StringComparer.Ordinal).ShouldBe(files.Order(StringComparer.Ordinal), "every file is loaded by a static field");
        var (faults, places) = (new List<string>(), new Dictionary<Statement, List<string>>());
        foreach (var statement in loaded.Statements)
        {
            var answered = places[statement] = await DescribeAsync(statement);
            string[] read = [.. loaded.Columns.Where(column => column.Statements.Contains(statement)).Select(column => column.Name).Distinct()];
            faults.AddRange(read.Except(answered).Select(name => $"{statement} does not answer {name}, which is read"));
            faults.AddRange(answered.GroupBy(name => name).Where(name => name.Count() > 1 && read.Contains(name.Key)).Select(name => $"{statement} answers {name.Key} twice"));
            // The one value of a statement is read without a name, and where nothing is read a row is enough.
            if (read.Length > 0 || answered.Count > 1)
                faults.AddRange(answered.Except(read).Except(Unread.GetValueOrDefault(statement.Name, [])).Select(name => $"nobody reads {name} of {statement}"));
        }

        faults.AddRange(
            from column in loaded.Columns
            where column.Statements.Select(statement => places[statement].IndexOf(column.Name)).Distinct().Count() > 1
            select $"{column} stands in different places in {string.Join(", ", column.Statements)}");
        faults.Distinct().ShouldBeEmpty();
    }

    private async Task<List<string>> DescribeAsync(Statement statement)
    {
        await using var command = database.Superuser.CreateCommand(statement.Text);
        for (var place = 1; place <= statement.Parameters.Count; place++)
        {
            // A variant that does not use a parameter cannot tell its type.
            var isUsed = Regex.IsMatch(statement.Text, $@"\${place}(?!\d)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            command.Parameters.Add(isUsed ? new NpgsqlParameter { Value = DBNull.Value } : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        try
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly);
            return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        }
        catch (PostgresException exception)
        {
            throw new InvalidOperationException($"PostgreSQL cannot say what {statement} answers: {exception.MessageText}", exception);
        }
    }
}
