using System.Text;
using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;
using NotificationService.Notifications;
using NotificationService.Templates;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.BulkJobs;

/// <summary>A file becomes staged rows without HTTP: whatever goes wrong leaves a failed job and nothing to send.</summary>
public sealed class UploadStagingTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const int Failed = (int)BulkJobState.Failed;

    private static readonly RowMemory Plenty = new(_ => true, () => { });

    private readonly UploadStaging staging = new(
        new BulkJobStore(database.Database, new IdempotentWork(database.Database, new IdempotencyKeys(database.Database)), database.Ids, TimeProvider.System),
        new TemplateBinder(new TemplateCatalog(database.Database, TimeProvider.System)), new BulkOptions(), TimeProvider.System);

    public void Dispose() => staging.Dispose();

    [Fact]
    public async Task A_file_that_is_not_submitted_leaves_a_failed_job()
    {
        var caller = await CallerAsync();

        await using (var staged = await staging.StageAsync(caller, File(3), "mine", null, Plenty, CancellationToken.None))
            staged.Sha256Hex.ShouldBe(await staging.HashAsync(File(3), CancellationToken.None));

        (await JobsAsync(caller.Tenant)).ShouldBe([$"{Failed} upload_refused 0"]);
    }

    [Fact]
    public async Task A_stream_that_breaks_leaves_a_failed_job_and_says_so_itself()
    {
        var caller = await CallerAsync();
        await using var broken = new BrokenStream(File(2_500).ToArray());

        await Should.ThrowAsync<IOException>(() => staging.StageAsync(caller, broken, null, null, Plenty, CancellationToken.None));

        (await JobsAsync(caller.Tenant)).ShouldHaveSingleItem().ShouldStartWith($"{Failed} upload_incomplete");
    }

    [Fact]
    public async Task Rows_that_find_no_memory_are_stored_at_once_in_smaller_ranges()
    {
        var caller = await CallerAsync();
        var (asked, released) = (0, 0);
        var tight = new RowMemory(_ => ++asked % 10 != 0, () => released++);

        await using var staged = await staging.StageAsync(caller, File(95), null, null, tight, CancellationToken.None);

        released.ShouldBe(9);
        (await JobsAsync(caller.Tenant)).ShouldBe([$"{(int)BulkJobState.Uploading}  9"]);
    }

    [Fact]
    public async Task A_file_for_a_template_that_nobody_published_is_refused_and_sends_nothing()
    {
        var caller = await CallerAsync();

        await using (var staged = await staging.StageAsync(caller, File(1), null, null, Plenty, CancellationToken.None))
            (await SubmitAsync(caller, staged, continues: null)).ShouldBeOfType<UploadOutcome.TemplateUnknown>();

        (await JobsAsync(caller.Tenant)).ShouldBe([$"{Failed} upload_refused 0"]);
    }

    [Fact]
    public async Task A_job_that_is_named_behind_the_file_is_named_too_late()
    {
        var caller = await CallerAsync();

        await using var staged = await staging.StageAsync(caller, File(1), null, null, Plenty, CancellationToken.None);

        (await SubmitAsync(caller, staged, continues: database.Ids.Next())).ShouldBeOfType<UploadOutcome.NamedTooLate>();
    }

    [Fact]
    public async Task Rows_for_a_job_that_is_not_there_are_refused_before_any_is_staged()
    {
        var caller = await CallerAsync();

        var refused = await Should.ThrowAsync<CsvRefusedException>(() => staging.StageAsync(caller, File(1), null, database.Ids.Next(), Plenty, CancellationToken.None));

        refused.Refusal.Code.ShouldBe("job_unknown");
        (await JobsAsync(caller.Tenant)).ShouldBeEmpty();
    }

    [Fact]
    public void A_tenant_has_two_files_on_their_way_and_others_have_theirs()
    {
        var (busy, other) = (new TenantId(database.Ids.Next()), new TenantId(database.Ids.Next()));
        var entries = Enumerable.Range(0, UploadStaging.MaxOfTenant).Select(_ => staging.TryEnter(busy).ShouldNotBeNull()).ToList();

        staging.TryEnter(busy).ShouldBeNull();
        using (staging.TryEnter(other).ShouldNotBeNull())
            entries[0].Dispose();

        using var again = staging.TryEnter(busy).ShouldNotBeNull();
        entries[1].Dispose();
    }

    private Task<UploadOutcome> SubmitAsync(Caller caller, StagedFile staged, Guid? continues) => staging.SubmitAsync(
        caller, staged, new UploadRequest("nowhere", [], null, null, BulkMode.SkipBadRows, IsDryRun: false, null, null, null, null, null, continues, Force: false), null, (_, _) => "{}"u8.ToArray(), CancellationToken.None);

    private async Task<Caller> CallerAsync() => new(await database.NewTenantAsync(), CallerKind.ServiceAccount, database.Ids.Next(), null, Live: true, new HashSet<string>(), new HashSet<string>());

    /// <summary>State, reason and row ranges of each job.</summary>
    private Task<IReadOnlyList<string>> JobsAsync(TenantId tenant) => database.QueryAsync<string>(
        $"select state || ' ' || coalesce(reason, '') || ' ' || (select count(*) from bulk_row_ranges r where r.tenant_id = j.tenant_id and r.job_id = j.id) from bulk_jobs j where tenant_id = '{tenant}'");

    private static MemoryStream File(int rows) =>
        new(Encoding.UTF8.GetBytes("email,name\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"u{row}@example.com,Somebody with a name that is not too short {row}\n"))));

    /// <summary>Ends with an error where its bytes end.</summary>
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("cut");
    }
}
