using NotificationService.Deliveries;
using Npgsql;

namespace NotificationService.Testing.Deliveries;

/// <summary>
/// Holds every statement that changes a delivery's status against <see cref="DeliveryTransitions"/>, in the database itself: whichever
/// statement or function of the service makes a change that is not legal, <c>sending</c> included, which no timeline shows, is noted with its text.
/// Noted and not refused: a worker would take a refusal for bad data and bring the delivery to its end in another way.
/// What a test arranges as the superuser is not held.
/// </summary>
public static class TransitionsTrigger
{
    private static readonly string Legal = string.Join(", ",
        from before in DeliveryStatuses.All from after in DeliveryStatuses.All where DeliveryTransitions.IsLegal(before, after) select $"({(short)before}, {(short)after})");

    private static readonly string Initial = string.Join(", ", DeliveryTransitions.Initial.Select(status => (short)status));

    private static readonly string Install = $"""
        create schema transitions;
        create table transitions.illegal (delivery uuid not null, was smallint, became smallint not null, statement text not null);
        create function transitions.note() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
        begin
            insert into transitions.illegal (delivery, was, became, statement)
            values (new.id, case when tg_op = 'UPDATE' then old.status end, new.status, current_query());
            return null;
        end $$;
        create trigger deliveries_change_legally after update on deliveries
        for each row when (new.status <> old.status and (old.status, new.status) not in ({Legal}) and session_user <> 'postgres') execute function transitions.note();
        create trigger deliveries_begin_legally after insert on deliveries
        for each row when (new.status not in ({Initial}) and session_user <> 'postgres') execute function transitions.note();
        """;

    private const string Remove = "drop trigger deliveries_change_legally on deliveries; drop trigger deliveries_begin_legally on deliveries";

    /// <param name="superuser">A superuser's source of the database.</param>
    public static Task InstallAsync(NpgsqlDataSource superuser) => ExecuteAsync(superuser, Install);

    /// <summary>For a test that measures what the service's own statements cost.</summary>
    /// <param name="superuser">A superuser's source of the database.</param>
    public static Task RemoveAsync(NpgsqlDataSource superuser) => ExecuteAsync(superuser, Remove);

    /// <summary>Each change that was not legal, with the statement that made it.</summary>
    /// <param name="superuser">A superuser's source of the database.</param>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(NpgsqlDataSource superuser)
    {
        await using var command = superuser.CreateCommand("select delivery, was, became, statement from transitions.illegal limit 20");
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
        {
            var was = reader.IsDBNull(1) ? "accepted" : ((DeliveryStatus)reader.GetInt16(1)).ToName();
            found.Add($"{reader.GetGuid(0)}: {was} → {((DeliveryStatus)reader.GetInt16(2)).ToName()} is not legal; by\n{reader.GetString(3)}");
        }

        return found;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource superuser, string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
