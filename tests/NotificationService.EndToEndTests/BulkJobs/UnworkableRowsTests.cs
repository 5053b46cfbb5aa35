using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.BulkJobs;

/// <summary>Rows that the service itself fails at, for whatever reason, must neither hold up the others nor be tried for ever.</summary>
public sealed class UnworkableRowsTests(SignInService service) : IClassFixture<SignInService>
{
    private const int Bad = 1_500;

    [Fact]
    public async Task A_row_that_the_service_fails_at_becomes_a_bad_row_and_all_others_are_sent()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        await RefuseAsync("notifications", "new.reference = 'r-1500'");
        var job = await tenant.JobAsync(File());

        var done = await UntilAsync(tenant, job, "completed");

        (Rows(done, "total"), Rows(done, "queued"), Rows(done, "bad"), Rows(done, "done")).ShouldBe((2_500, 2_499, 1, 2_500));
        var errors = await tenant.TextAsync($"bulk/{job}/errors.csv");
        errors.ShouldContain($",r-{Bad},row_unworkable,");
        errors.ShouldNotContain("planted", customMessage: "what the database said is nobody else's business");

        // The fault is put right, and the row comes again.
        await AllowAsync("notifications");
        using (var continued = await tenant.UploadAsync(errors, ("continues", job.ToString())))
            continued.StatusCode.ShouldBe(HttpStatusCode.Accepted, await continued.Content.ReadAsStringAsync());
        (Rows(await tenant.UntilAsync(job, found => Rows(found, "queued") == 2_500 && found.GetProperty("status").GetString() == "completed"), "bad")).ShouldBe(0);
        (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_cannot_be_worked_at_all_fails_with_a_reason_and_goes_on_when_it_is_resumed()
    {
        var tenant = await BulkTenant.CreateAsync(service);
        await RefuseAsync("bulk_row_ranges", "new.state = {range.queued} and new.number = 1 and old.state < {range.queued}");
        var job = await tenant.JobAsync(File());

        var failed = await UntilAsync(tenant, job, "failed");

        failed.GetProperty("reason").GetString().ShouldBe("rows_unworkable");
        failed.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("1002 to 2001");
        var queued = Rows(failed, "queued");
        queued.ShouldBe(await service.Database.ScalarAsync<long>($"select count(*) from notifications where batch_id = '{job}'"));
        (queued, Rows(failed, "bad")).ShouldBe((1_500, 0), "what was queued stays queued");
        (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();

        await AllowAsync("bulk_row_ranges");
        using (var resumed = await tenant.CommandAsync(job, "resume"))
            resumed.StatusCode.ShouldBe(HttpStatusCode.OK, await resumed.Content.ReadAsStringAsync());
        (Rows(await tenant.UntilAsync(job, "completed"), "queued")).ShouldBe(2_500);
        (await new Invariants(service.Database.Superuser).ViolationsAsync()).ShouldBeEmpty();
    }

    private static string File() =>
        "email,name,orderId,reference\n" + string.Concat(Enumerable.Range(0, 2_500).Select(i => $"p{i}@example.com,P,A-{i},r-{i}\n"));

    /// <summary>Does not wait as long between the tries as the service would.</summary>
    private Task<JsonElement> UntilAsync(BulkTenant tenant, Guid job, string status) => Eventually.ValueAsync(
        async () =>
        {
            // The others have their turn first, as they would if it waited.
            await service.Database.ExecuteAsync(
                $"update bulk_row_ranges s set retry_at = now() where job_id = '{job}' and retry_at > now() and not exists (select from bulk_row_ranges o where o.job_id = s.job_id and o.state < {{range.queued}} and o.tries = 0)");
            return await tenant.GetAsync($"bulk/{job}");
        },
        found => found.GetProperty("status").GetString() == status,
        TimeSpan.FromSeconds(120));

    private Task<int> RefuseAsync(string table, string when) => service.Database.ExecuteAsync(
        $"""
        create function refuse_{table}() returns trigger language plpgsql as $$ begin if {when} then raise exception 'planted'; end if; return new; end $$;
        create trigger refuse before {(table == "bulk_row_ranges" ? "update" : "insert")} on {table} for each row execute function refuse_{table}();
        """);

    private Task<int> AllowAsync(string table) => service.Database.ExecuteAsync($"drop trigger refuse on {table}; drop function refuse_{table}()");

    private static long Rows(JsonElement job, string name) => job.GetProperty("rows").GetProperty(name).GetInt64();
}
