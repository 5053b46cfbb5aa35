using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A file that is worked long after it came.</summary>
public sealed class LateRowRangesTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Rows_that_are_worked_after_their_month_is_gone_live_in_the_month_they_are_worked_in()
    {
        // Nobody works while the file comes, and then half a year goes by.
        await using var service = new SignInService(cluster, isInProcess: true, ("Notification__Roles", "api"));
        await service.InitializeAsync();
        var tenant = await BulkTenant.CreateAsync(service);
        var job = await tenant.JobAsync("email,name,orderId\n" + string.Concat(Enumerable.Range(0, 1_500).Select(i => $"p{i}@example.com,P,A-{i}\n")));
        await service.Database.ExecuteAsync(
            $"update bulk_row_ranges set first_id = overlay(first_id::text placing left(notification_meta.uuid_floor(now() - interval '6 months')::text, 13) from 1 for 13)::uuid where job_id = '{job}'");

        await using var worker = await service.StartInProcessAsync();
        var done = await tenant.At(worker.Client).UntilAsync(job, "completed");

        done.GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(1_500);
        (await service.Database.ScalarAsync<long>("select count(*) from notifications_default")).ShouldBe(0);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}' and id >= notification_meta.uuid_floor(date_trunc('month', now()))")).ShouldBe(1_500);
        (await tenant.At(worker.Client).TextAsync($"bulk/{job}/results.csv")).Split("\r\n").Count(line => line.Contains(",repeated,", StringComparison.Ordinal) || line.Contains(",staged,", StringComparison.Ordinal)).ShouldBe(0);
        (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_at_which_the_service_fails_before_anybody_is_asked_about_it_is_set_apart_as_any_other()
    {
        await using var service = new SignInService(cluster, isInProcess: true, ("Notification__UserService__BaseUrl", "http://127.0.0.1:1"));
        await service.InitializeAsync();
        var tenant = await BulkTenant.CreateAsync(service);
        await service.Database.ExecuteAsync(
            """
            create function plant() returns trigger language plpgsql as $$ begin new.cells := jsonb_set(new.cells::jsonb, '{500,2}', 'null')::json; return new; end $$;
            create trigger plant before insert on bulk_row_ranges for each row execute function plant()
            """);
        var job = await tenant.JobAsync("email,name,orderId\n" + string.Concat(Enumerable.Range(0, 900).Select(i => $"p{i}@example.com,P,A-{i}\n")));

        var done = await Eventually.ValueAsync(
            async () =>
            {
                await service.Database.ExecuteAsync($"update bulk_row_ranges set retry_at = now() where job_id = '{job}' and retry_at > now()");
                return await tenant.GetAsync($"bulk/{job}");
            },
            found => found.GetProperty("status").GetString() == "completed",
            TimeSpan.FromSeconds(150));

        (done.GetProperty("rows").GetProperty("queued").GetInt32(), done.GetProperty("rows").GetProperty("bad").GetInt32()).ShouldBe((899, 1));
        (await service.Database.ScalarAsync<string>($"select code from bulk_errors where job_id = '{job}'")).ShouldBe("row_unworkable");
    }
}
