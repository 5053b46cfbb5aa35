using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>A file that is worked long after it came.</summary>
public sealed class LateSlicesTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Rows_that_are_worked_after_their_month_is_gone_live_in_the_month_they_are_worked_in()
    {
        await using var service = new SignInService(cluster);
        await service.InitializeAsync();
        var tenant = await BulkTenant.CreateAsync(service);
        // Nobody works while the file comes, and then half a year goes by.
        await using var api = await service.StartNodeAsync(("Notification__Roles", "api"));
        await service.Process.KillAsync();
        var job = await tenant.At(api.Client).JobAsync("email,name,orderId\n" + string.Concat(Enumerable.Range(0, 1_500).Select(i => $"p{i}@example.com,P,A-{i}\n")));
        await service.Database.ExecuteAsync(
            $"update bulk_slices set first_id = overlay(first_id::text placing left(notification_meta.uuid_floor(now() - interval '6 months')::text, 13) from 1 for 13)::uuid where job_id = '{job}'");

        await using var worker = await service.StartNodeAsync();
        var done = await tenant.At(worker.Client).UntilAsync(job, "completed");

        done.GetProperty("rows").GetProperty("queued").GetInt32().ShouldBe(1_500);
        (await service.Database.ScalarAsync<long>("select count(*) from notifications_default")).ShouldBe(0);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}' and id >= notification_meta.uuid_floor(date_trunc('month', now()))")).ShouldBe(1_500);
        (await tenant.At(worker.Client).TextAsync($"bulk/{job}/results.csv")).Split("\r\n").Count(line => line.Contains(",repeated,", StringComparison.Ordinal) || line.Contains(",staged,", StringComparison.Ordinal)).ShouldBe(0);
        (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }
}
