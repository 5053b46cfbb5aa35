using Npgsql;

namespace NotificationService.Storage;

/// <summary>A statement with its parameters, ready to be run: by itself, or in a <see cref="TenantBatch"/>.</summary>
public readonly struct BoundStatement
{
    private readonly NpgsqlParameter[] parameters;

    internal BoundStatement(Statement statement, NpgsqlParameter[] parameters) => (Statement, this.parameters) = (statement, parameters);

    public Statement Statement { get; }

    /// <summary>As one of several that are sent together.</summary>
    public NpgsqlBatchCommand InBatch()
    {
        var command = new NpgsqlBatchCommand(Statement.Text);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>On a connection of its own, which is given back when the command is disposed of.</summary>
    public NpgsqlCommand On(NpgsqlDataSource source) => Filled(source.CreateCommand(Statement.Text));

    /// <summary>On a connection, and in the transaction that is open there.</summary>
    public NpgsqlCommand On(NpgsqlConnection connection) => Filled(new NpgsqlCommand(Statement.Text, connection));

    private NpgsqlCommand Filled(NpgsqlCommand command)
    {
        command.Parameters.AddRange(parameters);
        return command;
    }
}
