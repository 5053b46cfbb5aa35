using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>
/// Every tenant table × select, insert, update, delete × no tenant, the wrong tenant or tenants, the right one, the right among others, as both roles.
/// The tables are read from the catalog, so that a new one is tested without anybody thinking of it.
/// </summary>
public sealed class RowLevelSecurityTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string InsufficientPrivilege = "42501";
    private const string UniqueViolation = "23505";

    private static readonly string[] Verbs = ["select", "insert", "update", "delete"];

    [Fact]
    public async Task No_role_reaches_a_row_of_another_tenant_in_any_table()
    {
        var right = await database.NewTenantAsync();
        TenantId[] wrong = [new TenantId(database.Ids.Next()), new TenantId(database.Ids.Next())];
        (string Name, TenantSet? Scope)[] scopes =
        [
            ("no tenant", null), ("the wrong tenant", TenantSet.Of([wrong[0]])), ("wrong tenants", TenantSet.Of(wrong)), ("the right tenant", TenantSet.Of([right])),
            ("the right tenant among others", TenantSet.Of([.. wrong, right])),
        ];
        await LiftConstraintsAsync();
        var failures = new List<string>();
        var checks = 0;
        foreach (var table in await TablesAsync())
        {
            var row = await PlantAsync(table, right);
            foreach (var (role, source) in new[] { (Database.AppRole, database.Database.App), (Database.WorkerRole, database.Database.Worker) })
            {
                foreach (var verb in Verbs)
                {
                    foreach (var (name, scope) in scopes)
                    {
                        var reached = await ReachesAsync(source, table, row, verb, scope);
                        var expected = await GrantedAsync(role, table, verb) && (scope?.Single == right || IsQueueOfWorkers(role, table) || (name == "the right tenant among others" && MayOfSeveral(role, table, verb)));
                        checks++;
                        if (reached != expected)
                            failures.Add($"{role} {verb} {table} with {name}: {(reached ? "reached" : "not reached")}");
                    }
                }
            }
        }

        failures.ShouldBeEmpty();
        checks.ShouldBeGreaterThanOrEqualTo(6 * 2 * 4 * 5);
    }

    [Fact]
    public async Task Every_foreign_key_between_tenant_tables_contains_the_tenant()
    {
        var blind = await database.QueryAsync<string>(
            """
            select k.conrelid::regclass || '.' || k.conname from pg_constraint k
            join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'tenant_id'
            join pg_attribute b on b.attrelid = k.confrelid and b.attname = 'tenant_id'
            where k.contype = 'f' and not (a.attnum = any (k.conkey) and b.attnum = any (k.confkey))
            """);

        blind.ShouldBeEmpty("a foreign key is checked past row level security and would accept another tenant's row");
    }

    /// <summary>What workers claim from, of whatever tenant.</summary>
    private static bool IsQueueOfWorkers(string role, string table) => role == Database.WorkerRole && table is ("deliveries" or "receipts" or "outbox" or "webhook_messages" or "notices");

    /// <summary>The API writes what it accepts of several tenants together, and reads of it only which keys are taken.</summary>
    private static bool MayOfSeveral(string role, string table, string verb) => role == Database.WorkerRole
        || (verb == "insert" && table is ("notifications" or "deliveries" or "timeline" or "outbox" or "batch_changes" or "ledger_changes" or "idempotency_keys"))
        || (verb == "select" && table == "idempotency_keys");

    private async Task<IReadOnlyList<string>> TablesAsync() => await database.QueryAsync<string>(
        """
        select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
          and exists (select from pg_roles r where r.rolname like 'notification\_%' and r.rolname <> 'notification_owner'
            and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete'))
        order by 1
        """);

    private async Task<bool> GrantedAsync(string role, string table, string verb) => await database.ScalarAsync<bool>(
        "select has_table_privilege($1, $2, $3) or has_any_column_privilege($1, $2, case when $3 = 'delete' then 'select' else $3 end) and $3 <> 'delete'",
        new NpgsqlParameter { Value = role },
        new NpgsqlParameter { Value = table },
        new NpgsqlParameter { Value = verb });

    /// <summary>This test is about policies; checks, foreign keys and triggers would only ask for better made-up values.</summary>
    private Task<int> LiftConstraintsAsync() => database.ExecuteAsync(
        """
        do $$ declare k record; begin
            for k in select conrelid::regclass as tbl, conname from pg_constraint
                     where contype in ('c', 'f') and conparentid = 0 and connamespace = 'public'::regnamespace loop
                execute format('alter table %s drop constraint if exists %I cascade', k.tbl, k.conname);
            end loop;
            for k in select tgrelid::regclass as tbl, tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
                     where not tgisinternal and tgparentid = 0 and relnamespace = 'public'::regnamespace loop
                execute format('drop trigger %I on %s', k.tgname, k.tbl);
            end loop;
        end $$
        """);

    /// <summary>A row of the right tenant with some value of each column's type. Answers it as JSON.</summary>
    private async Task<string> PlantAsync(string table, TenantId tenant)
    {
        if (table != "tenants")
        {
            var values = await database.QueryAsync<string>(
                $"""
                select case when a.attname = 'tenant_id' then '''{tenant}'''
                    when t.typname = 'uuid' then 'gen_random_uuid()'
                    when t.typcategory = 'N' then '1' when t.typcategory = 'B' then 'true'
                    when t.typcategory = 'D' then 'now()' when t.typname in ('json', 'jsonb') then '''null'''
                    when t.typcategory = 'T' then '''1 day'''
                    when t.typcategory = 'A' then quote_literal('{"{}"}') else quote_literal('x') end || '::' || format_type(a.atttypid, null)
                from pg_attribute a join pg_type t on t.oid = a.atttypid
                where a.attrelid = '{table}'::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
                """);
            await database.ExecuteAsync($"insert into {table} ({await ColumnsAsync(table)}) overriding system value values ({string.Join(", ", values)})");
        }

        return await database.ScalarAsync<string>($"select to_jsonb(t)::text from {table} t where tenant_id = '{tenant}'");
    }

    private Task<string> ColumnsAsync(string table) => database.ScalarAsync<string>(
        $"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''");

    /// <summary>Does the verb, run as the role of the source under the scope, see or change the right tenant's row?</summary>
    private async Task<bool> ReachesAsync(NpgsqlDataSource source, string table, string row, string verb, TenantSet? scope)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (scope is not null)
        {
            await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(scope) } };
            await batch.ExecuteNonQueryAsync();
        }

        var column = await FirstColumnAsync(source, table, verb);
        await using var command = new NpgsqlCommand(
            verb switch
            {
                "select" => $"select count({column})::int from {table}",
                "update" => $"with changed as (update {table} set {column} = default returning 1) select count(*)::int from changed",
                "delete" => $"with gone as (delete from {table} returning 1) select count(*)::int from gone",
                _ => $"insert into {table} ({await ColumnsAsync(table)}) overriding system value select {await ColumnsAsync(table)} from jsonb_populate_record(null::{table}, $1::jsonb)",
            },
            connection,
            transaction);
        if (verb == "insert")
            command.Parameters.Add(new NpgsqlParameter { Value = row });
        try
        {
            var result = await command.ExecuteScalarAsync();
            return verb == "insert" || result is > 0;
        }
        catch (PostgresException exception) when (exception.SqlState == InsufficientPrivilege)
        {
            return false;
        }
        catch (PostgresException exception) when (exception.SqlState is UniqueViolation or PostgresErrorCodes.NotNullViolation)
        {
            // The policy is asked before the key and the column: it let the row through.
            return true;
        }
    }

    private async Task<string> FirstColumnAsync(NpgsqlDataSource source, string table, string verb)
    {
        var role = source == database.Database.App ? Database.AppRole : Database.WorkerRole;
        var privilege = verb is "update" ? "update" : "select";
        var columns = await database.QueryAsync<string>(
            $"""
            select quote_ident(attname) from pg_attribute
            where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'tenant_id'
              and has_column_privilege('{role}', attrelid, attnum, '{privilege}') order by attnum
            """);
        return columns is [var first, ..] ? first : "tenant_id";
    }
}
