using Npgsql;

namespace NotificationService.Storage;

/// <summary>Reads a row by <see cref="Column"/>s, as <see cref="NpgsqlDataReader"/> does by numbers.</summary>
public static class ColumnValues
{
    public static bool IsDBNull(this NpgsqlDataReader row, Column column) => row.IsDBNull(column.In(row));

    public static bool GetBoolean(this NpgsqlDataReader row, Column column) => row.GetBoolean(column.In(row));

    public static short GetInt16(this NpgsqlDataReader row, Column column) => row.GetInt16(column.In(row));

    public static int GetInt32(this NpgsqlDataReader row, Column column) => row.GetInt32(column.In(row));

    public static long GetInt64(this NpgsqlDataReader row, Column column) => row.GetInt64(column.In(row));

    public static double GetDouble(this NpgsqlDataReader row, Column column) => row.GetDouble(column.In(row));

    public static Guid GetGuid(this NpgsqlDataReader row, Column column) => row.GetGuid(column.In(row));

    public static string GetString(this NpgsqlDataReader row, Column column) => row.GetString(column.In(row));

    public static T GetFieldValue<T>(this NpgsqlDataReader row, Column column) => row.GetFieldValue<T>(column.In(row));

    public static DateTimeOffset GetTime(this NpgsqlDataReader row, Column column) => row.GetFieldValue<DateTimeOffset>(column.In(row));

    /// <summary>Null where the column is.</summary>
    public static string? GetStringOrNull(this NpgsqlDataReader row, Column column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>Null where the column is.</summary>
    public static T? GetOrNull<T>(this NpgsqlDataReader row, Column column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
