using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// A statement of <c>Storage/Sql</c> as it is sent, and the names of its parameters. Loaded once, into a static field. What is given by <see cref="With"/> and
/// what its <see cref="Column"/>s name is compared with the file by a test, for every statement.
/// </summary>
public sealed class Statement
{
    private readonly string[] parameters;

    private Statement(string name, string text, string[] parameters) => (Name, Text, this.parameters) = (name, text, parameters);

    /// <summary>The file's name without extension.</summary>
    public string Name { get; }

    /// <summary>With <c>$1</c>, <c>$2</c>, … for the parameters.</summary>
    public string Text { get; }

    /// <summary>In the order of their positions.</summary>
    public IReadOnlyList<string> Parameters => parameters;

    /// <param name="name">The file's name without extension, such as <c>deliveries_claim</c>.</param>
    public static Statement Load(string name) => Parse(name, SqlText.Statement(name));

    /// <summary>One variant of a statement that has several (<see cref="SqlText.Variant"/>). All of them have the same parameters.</summary>
    public static Statement Load(string name, IReadOnlyCollection<string> variants)
    {
        var (text, parameters) = ParameterNames.Rewrite(SqlText.Statement(name));
        return new Statement(name, SqlText.Variant(name, text, variants), parameters);
    }

    /// <summary>A statement that is not one of <c>Storage/Sql</c>.</summary>
    public static Statement Parse(string name, string text)
    {
        var (rewritten, parameters) = ParameterNames.Rewrite(text);
        return new Statement(name, rewritten, parameters);
    }

    /// <summary>The statement with its parameters, in any order.</summary>
    /// <exception cref="InvalidOperationException">One is missing, is not the statement's or is given twice.</exception>
    public BoundStatement With(params ReadOnlySpan<Parameter> given)
    {
        var bound = parameters.Length == 0 ? [] : new NpgsqlParameter[parameters.Length];
        for (var i = 0; i < given.Length; i++)
        {
            // Most are given in the order in which the statement has them.
            var place = i < parameters.Length && parameters[i] == given[i].Name ? i : Array.IndexOf(parameters, given[i].Name);
            if (place < 0)
                throw new InvalidOperationException($"{Name}.sql has no parameter :{given[i].Name}");
            if (bound[place] is not null)
                throw new InvalidOperationException($"{Name}.sql is given :{given[i].Name} twice");
            bound[place] = given[i].Value;
        }

        return given.Length == parameters.Length
            ? new BoundStatement(this, bound)
            : throw new InvalidOperationException($"{Name}.sql is not given :{parameters[Array.IndexOf(bound, null)]}");
    }

    /// <summary>A column of what it answers.</summary>
    public Column Column(string name) => new(name, this);

    public override string ToString() => Name;
}
