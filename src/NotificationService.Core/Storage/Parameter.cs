using Npgsql;
using NpgsqlTypes;

namespace NotificationService.Storage;

/// <summary>
/// A value by its name in the statement, with its type said: a statement is prepared once, whether the value is null or not. The name stays on this side; the
/// statement is sent with positions (<see cref="Statement.With"/>).
/// </summary>
public readonly struct Parameter
{
    /// <summary>The id before which a list begins that begins at its newest.</summary>
    private static readonly Guid Newest = Guid.AllBitsSet;

    private static readonly bool[] Both = [true, false];

    private Parameter(string name, NpgsqlParameter value) => (Name, Value) = (name, value);

    public string Name { get; }

    internal NpgsqlParameter Value { get; }

    /// <summary>A value whose type shows what it is: <see cref="Guid"/>, <see cref="int"/>, <see cref="string"/>, arrays of them, …</summary>
    public static Parameter Of<T>(string name, T value) => new(name, new NpgsqlParameter<T> { TypedValue = value });

    /// <summary>A value that PostgreSQL takes as another type than its own one shows, such as JSON in a text.</summary>
    public static Parameter Of<T>(string name, T value, NpgsqlDbType type) => new(name, new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });

    public static Parameter OrNull(string name, string? value) => OrNull(name, value, NpgsqlDbType.Text);

    public static Parameter OrNull(string name, short? value) => OrNull(name, value, NpgsqlDbType.Smallint);

    public static Parameter OrNull(string name, bool? value) => OrNull(name, value, NpgsqlDbType.Boolean);

    public static Parameter OrNull(string name, DateTimeOffset? value) => OrNull(name, value, NpgsqlDbType.TimestampTz);

    public static Parameter OrNull(string name, Guid? value) => OrNull(name, value, NpgsqlDbType.Uuid);

    /// <summary>The modes that a list is of: one, or both.</summary>
    public static Parameter Modes(string name, bool? live) => Of(name, live is { } one ? [one] : Both);

    /// <summary>Where a list goes on that is read from the newest to the oldest.</summary>
    public static Parameter Before(string name, Guid? after) => Of(name, after ?? Newest);

    private static Parameter OrNull(string name, object? value, NpgsqlDbType type) => new(name, new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
