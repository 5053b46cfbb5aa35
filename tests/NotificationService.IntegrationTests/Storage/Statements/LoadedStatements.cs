using System.Collections;
using System.Reflection;
using NotificationService.Storage;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>The statements that the static fields of some assemblies hold, and the columns that are read of them.</summary>
public sealed class LoadedStatements
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly HashSet<Statement> statements = [];
    private readonly HashSet<Column> columns = [];

    private LoadedStatements()
    {
    }

    /// <summary>Variants of one statement are several.</summary>
    public IReadOnlyCollection<Statement> Statements => statements;

    public IReadOnlyCollection<Column> Columns => columns;

    public static LoadedStatements Of(params IEnumerable<Assembly> assemblies)
    {
        var found = new LoadedStatements();
        foreach (var field in assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)).Where(field => MayHold(field.FieldType)))
            found.Add(field.GetValue(null));
        return found;
    }

    /// <summary>Nothing else is begun by looking at it.</summary>
    private static bool MayHold(Type type) =>
        type == typeof(Statement) || type == typeof(Column) || IsPair(type) || (typeof(IEnumerable).IsAssignableFrom(type) && type.ToString().Contains(typeof(Statement).FullName!, StringComparison.Ordinal));

    /// <summary>A type of ours that keeps a statement with its columns.</summary>
    private static bool IsPair(Type type) => type.Namespace?.StartsWith("NotificationService", StringComparison.Ordinal) == true && type.GetFields(Any).Any(field => field.FieldType == typeof(Statement));

    private void Add(object? value)
    {
        if (value is Statement statement)
            statements.Add(statement);
        else if (value is Column column)
            columns.Add(column);
        else if (value is IDictionary entries)
            Add(entries.Values);
        else if (value is IEnumerable several)
            foreach (var one in several)
                Add(one);
        else if (value is not null && IsPair(value.GetType()))
            foreach (var field in value.GetType().GetFields(Any).Where(field => MayHold(field.FieldType)))
                Add(field.GetValue(value));
    }
}
