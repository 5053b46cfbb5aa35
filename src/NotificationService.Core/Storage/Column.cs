using System.Diagnostics;
using Npgsql;

namespace NotificationService.Storage;

/// <summary>
/// A column of a statement's answer, by its name. Where it stands is looked up at the first row and remembered: a statement's columns never change. Statements
/// that are read by the same code have it in the same place, which a test asks PostgreSQL.
/// </summary>
/// <param name="name">As the statement calls it.</param>
/// <param name="statements">Whose it is.</param>
public sealed class Column(string name, params IReadOnlyList<Statement> statements)
{
    private const int Unknown = -1;

    private int place = Unknown;

    public string Name => name;

    public IReadOnlyList<Statement> Statements => statements;

    /// <summary>Its place in a row.</summary>
    internal int In(NpgsqlDataReader row)
    {
        if (place == Unknown)
            place = PlaceIn(row);
        Verify(row);
        return place;
    }

    /// <summary>Whether the row is of a statement that answers it: where the rows of several are read by one piece of code.</summary>
    public bool IsIn(NpgsqlDataReader row)
    {
        for (var i = 0; i < row.FieldCount; i++)
        {
            if (row.GetName(i) == name)
                return true;
        }

        return false;
    }

    public override string ToString() => name;

    private int PlaceIn(NpgsqlDataReader row)
    {
        for (var i = 0; i < row.FieldCount; i++)
        {
            if (row.GetName(i) == name)
                return i;
        }

        throw Missing();
    }

    /// <summary>Each row where it is compiled for tests: what is read is of the statement that it is meant to be of.</summary>
    [Conditional("DEBUG")]
    private void Verify(NpgsqlDataReader row)
    {
        if (place >= row.FieldCount || row.GetName(place) != name)
            throw Missing();
    }

    private InvalidOperationException Missing() => new($"{string.Join(", ", statements)} does not answer {name} in the row that is read");
}
