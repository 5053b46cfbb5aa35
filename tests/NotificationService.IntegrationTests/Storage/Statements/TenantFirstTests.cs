using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Storage.Statements;

/// <summary>
/// A tenant's rows stand together in every key, and whoever looks one up says whose it is: a tenant can be exported, deleted, moved or distributed
/// without reading everybody's rows (docs/decisions/0045-the-tenant-first-in-every-key.md).
/// </summary>
public sealed partial class TenantFirstTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Keys =
        """
        select k.relname
        from pg_index i join pg_class k on k.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
        join pg_attribute tenant on tenant.attrelid = t.oid and tenant.attname = 'tenant_id'
        where i.indisunique and t.relnamespace = 'public'::regnamespace and (i.indkey[0] = tenant.attnum) = $1
        order by 1
        """;

    /// <summary>What is asked for before anybody's tenant is known.</summary>
    private static readonly string[] OfEverybody = ["service_accounts_client_id_key", "tenants_key_key", "tenants_registration"];

    [Fact]
    public async Task Every_key_of_a_tenants_table_begins_with_the_tenant() =>
        (await database.QueryAsync<string>(Keys, new Npgsql.NpgsqlParameter<bool> { TypedValue = false })).ShouldBe(OfEverybody);

    [Fact]
    public async Task Every_foreign_key_between_tenants_tables_begins_with_the_tenant() =>
        (await database.QueryAsync<string>(
            """
            select c.conname from pg_constraint c
            join pg_attribute own on own.attrelid = c.conrelid and own.attnum = c.conkey[1]
            join pg_attribute other on other.attrelid = c.confrelid and other.attnum = c.confkey[1]
            where c.contype = 'f' and c.connamespace = 'public'::regnamespace and (own.attname, other.attname) <> ('tenant_id', 'tenant_id')
            """)).ShouldBeEmpty();

    [Fact]
    public async Task No_statement_looks_into_a_key_without_the_tenant_or_with_nothing_else()
    {
        var (month, statements) = (new PlantedMonth(database), StatementCost.Read().Measured.Where(statement => !statement.Name.Contains('.', StringComparison.Ordinal)).ToList());
        // Makes the functions that parameters are written with.
        await month.PlantAsync(0);
        var keys = (await database.QueryAsync<string>(Keys, new Npgsql.NpgsqlParameter<bool> { TypedValue = true })).ToHashSet(StringComparer.Ordinal);
        await using var roles = await PreparedRoles.OpenAsync(database, month, statements, planned: false);
        var faults = new List<string>();
        foreach (var statement in statements)
            faults.AddRange(LookUps(await roles.ExplainAsync(statement)).Where(lookUp => keys.Contains(lookUp.Index) && IsWithoutTenantOrWithNothingElse(lookUp.Index, lookUp.Condition))
                .Select(lookUp => $"{statement.FullName}: {lookUp.Index} {lookUp.Condition}"));

        keys.Count.ShouldBeGreaterThan(50);
        faults.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_look_up_without_the_tenant_is_found() =>
        LookUps(
            """
            ->  Index Scan using deliveries_pkey on deliveries d  (cost=0.14..8.16 rows=1 width=6)
                  Index Cond: (id = i.id)
                  Filter: (tenant_id = $1)
            ->  Bitmap Index Scan on outbox_pkey  (cost=0.14..8.16 rows=1 width=6)
            ->  Index Only Scan using timeline_y2026m11_pkey on timeline_y2026m11 t  (cost=0.14..8.16 rows=1 width=6)
                  Index Cond: (tenant_id = $1)
                  Filter: (delivery_id = ANY ($2))
            """).Where(lookUp => IsWithoutTenantOrWithNothingElse(lookUp.Index, lookUp.Condition)).Select(lookUp => lookUp.Index)
            .ShouldBe(["deliveries_pkey", "outbox_pkey", "timeline_y2026m11_pkey"]);

    /// <summary>What asks a large table for the tenant alone reads all that the tenant has.</summary>
    private static bool IsWithoutTenantOrWithNothingElse(string index, string condition) =>
        !condition.Contains("tenant_id", StringComparison.Ordinal) || (Large().IsMatch(index) && OnlyTenant().IsMatch(condition));

    /// <summary>Every index that a plan reads, and by what.</summary>
    private static IEnumerable<(string Index, string Condition)> LookUps(string plan) =>
        LookUp().Matches(plan).Select(match => (match.Groups["index"].Value, match.Groups["condition"].Value.Trim()));

    [GeneratedRegex("^(?:notifications|deliveries|timeline|attempts|engagements|outbox|webhook_messages|webhook_attempts|kafka_messages)_", RegexOptions.None, 1000)]
    private static partial Regex Large();

    [GeneratedRegex(@"^\(tenant_id = [^()]*\)$", RegexOptions.None, 1000)]
    private static partial Regex OnlyTenant();

    [GeneratedRegex(@"(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (?<index>\w+)[^\n]*(?:\n *Index Cond:(?<condition>[^\n]*))?", RegexOptions.None, 1000)]
    private static partial Regex LookUp();
}
