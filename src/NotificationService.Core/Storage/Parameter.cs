using Npgsql;
using NpgsqlTypes;

namespace NotificationService.Storage;

/// <summary>Parameters of a statement that may be null, with their types said: a statement is prepared once for both.</summary>
internal static class Parameter
{
    /// <summary>The id before which a list begins that begins at its newest.</summary>
    private static readonly Guid Newest = Guid.AllBitsSet;

    private static readonly bool[] Both = [true, false];

    public static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    public static NpgsqlParameter<int> Number(int number) => new() { TypedValue = number };

    public static NpgsqlParameter Text(string? text) => new() { Value = text ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Small(short? number) => new() { Value = number ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint };

    public static NpgsqlParameter IdOrNull(Guid? id) => new() { Value = id ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    /// <summary>The modes that a list is of: one, or both.</summary>
    public static NpgsqlParameter<bool[]> Modes(bool? live) => new() { TypedValue = live is { } one ? [one] : Both };

    /// <summary>Where a list goes on that is read from the newest to the oldest.</summary>
    public static NpgsqlParameter<Guid> Before(Guid? after) => Id(after ?? Newest);
}
