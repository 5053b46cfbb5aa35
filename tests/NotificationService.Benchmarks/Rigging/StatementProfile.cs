using Npgsql;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>What PostgreSQL spent its time on since the service was warm, by statement; asked for by <c>--profile n</c>. Counting costs a few per cent itself.</summary>
internal static class StatementProfile
{
    public const string Preload = "shared_preload_libraries=pg_stat_statements";

    public static async Task BeginAsync(NpgsqlDataSource superuser)
    {
        await using var command = superuser.CreateCommand("create extension if not exists pg_stat_statements; select pg_stat_statements_reset()");
        await command.ExecuteNonQueryAsync();
    }

    public static async Task PrintAsync(NpgsqlDataSource superuser, int max)
    {
        await using var command = superuser.CreateCommand(
            $$"""
            select calls, rows, total_exec_time, (shared_blks_hit + shared_blks_read)::float8 / greatest(calls, 1), wal_bytes::float8 / greatest(calls, 1),
                left(regexp_replace(regexp_replace(query, '--[^\n]*\n', '', 'g'), '\s+', ' ', 'g'), 110)
            from pg_stat_statements where query not like '%advisory%' order by total_exec_time desc limit {{max}}
            """);
        await using var reader = await command.ExecuteReaderAsync();
        Console.WriteLine($"{"calls",9} {"rows",9} {"total ms",10} {"ms/call",8} {"pages/call",10} {"WAL/call",9}");
        while (await reader.ReadAsync())
        {
            var (calls, time) = (reader.GetInt64(0), reader.GetDouble(2));
            Console.WriteLine($"{calls,9} {reader.GetInt64(1),9} {time,10:N0} {time / calls,8:N2} {reader.GetDouble(3),10:N1} {reader.GetDouble(4),9:N0}  {reader.GetString(5)}");
        }
    }
}
