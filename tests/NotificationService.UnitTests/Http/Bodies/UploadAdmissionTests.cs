using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Http.Bodies;

/// <summary>Which files on their way give way where there is no room for another one. The pool holds ten, each of a tenant of its own unless a test says otherwise.</summary>
public sealed class UploadAdmissionTests
{
    private const long Each = 1_000;
    private const int Fast = UploadAdmission.FastBytesPerSecond;

    private readonly ManualTime time = new();
    private readonly UploadAdmission admission;

    public UploadAdmissionTests() => admission = new UploadAdmission(new BodyPool(11 * Each), time);

    [Fact]
    public async Task The_slowest_gives_way_and_the_newcomer_is_taken_when_its_bytes_are_back()
    {
        var uploads = await FillAsync(Rates(10));
        Age(uploads, UploadAdmission.Grace);

        using var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        DisplacedOf(uploads).ShouldBe([0]);
        waiting.IsCompleted.ShouldBeFalse();
        uploads[0].Upload.Dispose();
        (await waiting).ShouldBeNull();
        admission.Held.ShouldBe(10 * Each);
    }

    [Fact]
    public async Task Two_at_once_displace_two()
    {
        var uploads = await FillAsync(Rates(10));
        Age(uploads, UploadAdmission.Grace);
        using var first = admission.Open(Guid.NewGuid());
        using var second = admission.Open(Guid.NewGuid());

        var waiting = (First: first.GrowToAsync(Each, CancellationToken.None).AsTask(), Second: second.GrowToAsync(Each, CancellationToken.None).AsTask());

        DisplacedOf(uploads).ShouldBe([0, 1]);
        uploads[1].Upload.Dispose();
        (await waiting.First).ShouldBeNull();
        waiting.Second.IsCompleted.ShouldBeFalse();
        uploads[0].Upload.Dispose();
        (await waiting.Second).ShouldBeNull();
        DisplacedOf(uploads).ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Nobody_younger_than_the_grace_is_displaced_and_the_newcomer_has_to_come_again()
    {
        var uploads = await FillAsync(Rates(10));
        Age(uploads, UploadAdmission.Grace - UploadAdmission.Patience - TimeSpan.FromSeconds(1));
        using var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        await OutwaitAsync(waiting);

        (await waiting).ShouldNotBeNull().Value.Status.ShouldBe(503);
        DisplacedOf(uploads).ShouldBeEmpty();
        admission.Held.ShouldBe(10 * Each);
    }

    [Fact]
    public async Task Who_becomes_old_enough_while_a_newcomer_waits_is_displaced_for_it()
    {
        var uploads = await FillAsync(Rates(10));
        Age(uploads, UploadAdmission.Grace - TimeSpan.FromSeconds(2));
        using var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        await OutwaitAsync(waiting, until: () => DisplacedOf(uploads).Length > 0);

        DisplacedOf(uploads).ShouldBe([0]);
        uploads[0].Upload.Dispose();
        (await waiting).ShouldBeNull();
    }

    [Fact]
    public async Task A_fast_one_is_never_displaced_for_a_slow_one()
    {
        // The slow ones are new, as those are of somebody who opens new ones all the time.
        var old = await OpenAsync(Guid.NewGuid(), 2 * Fast);
        Age([old], 6 * UploadAdmission.Grace);
        var uploads = await FillAsync(Enumerable.Repeat(10, 9));
        using var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        await OutwaitAsync(waiting);

        (await waiting).ShouldNotBeNull().Value.Status.ShouldBe(503);
        DisplacedOf([old, .. uploads]).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tenant_of_two_fast_ones_keeps_them_while_somebody_has_one_slow_one()
    {
        var tenant = Guid.NewGuid();
        var pair = new[] { await OpenAsync(tenant, 90_000), await OpenAsync(tenant, 90_000) };
        var uploads = await FillAsync([80_000, 80_000, 80_000, 20_000, 80_000, 80_000, 80_000, 80_000]);
        Age([.. pair, .. uploads], UploadAdmission.Grace);

        using var newcomer = admission.Open(Guid.NewGuid());
        _ = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        DisplacedOf([.. pair, .. uploads]).ShouldBe([5]);
    }

    [Fact]
    public async Task Of_those_that_are_about_as_slow_one_goes_whose_tenant_has_another()
    {
        var tenant = Guid.NewGuid();
        (IncomingUpload Upload, int Rate)[] uploads =
        [
            .. await FillAsync([16_000, 17_000, 17_000, 17_000, 17_000, 17_000]), await OpenAsync(tenant, 18_000), await OpenAsync(tenant, 17_500), .. await FillAsync([17_000, 17_000]),
        ];
        Age(uploads, UploadAdmission.Grace);
        using var first = admission.Open(Guid.NewGuid());
        using var second = admission.Open(Guid.NewGuid());

        _ = first.GrowToAsync(Each, CancellationToken.None).AsTask();
        DisplacedOf(uploads).ShouldBe([7]);
        _ = second.GrowToAsync(Each, CancellationToken.None).AsTask();

        // The one that is left to the tenant is its only one now.
        DisplacedOf(uploads).ShouldBe([0, 7]);
    }

    [Fact]
    public async Task What_we_take_for_what_has_come_does_not_make_a_sender_slow()
    {
        var uploads = await FillAsync(Rates(10));
        foreach (var (upload, _) in uploads)
            upload.Rate.Arrived(1);
        time.Advance(TimeSpan.FromMinutes(5));
        using var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, CancellationToken.None).AsTask();

        await OutwaitAsync(waiting);

        DisplacedOf(uploads).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_leaves_while_it_waits_is_forgotten_and_rows_wait_behind_newcomers()
    {
        var uploads = await FillAsync(Rates(10));
        using var gone = new CancellationTokenSource();
        var newcomer = admission.Open(Guid.NewGuid());
        var waiting = newcomer.GrowToAsync(Each, gone.Token).AsTask();

        uploads[3].Upload.TryGrowTo(Each + 1).ShouldBeFalse();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        newcomer.Dispose();
        foreach (var (upload, _) in uploads)
            upload.Dispose();

        admission.Held.ShouldBe(0);
        using var next = admission.Open(Guid.NewGuid());
        (await next.GrowToAsync(Each, CancellationToken.None)).ShouldBeNull();
        next.TryGrowTo(2 * Each).ShouldBeTrue();
    }

    private static IEnumerable<int> Rates(int count) => Enumerable.Range(1, count).Select(number => 10_000 * number);

    private static int[] DisplacedOf((IncomingUpload Upload, int Rate)[] uploads) =>
        [.. Enumerable.Range(0, uploads.Length).Where(index => uploads[index].Upload.Displaced.IsCancellationRequested)];

    private async Task<(IncomingUpload Upload, int Rate)[]> FillAsync(IEnumerable<int> rates)
    {
        var uploads = new List<(IncomingUpload, int)>();
        foreach (var rate in rates)
            uploads.Add(await OpenAsync(Guid.NewGuid(), rate));
        return [.. uploads];
    }

    private async Task<(IncomingUpload Upload, int Rate)> OpenAsync(Guid tenant, int rate)
    {
        var upload = admission.Open(tenant);
        (await upload.GrowToAsync(Each, CancellationToken.None)).ShouldBeNull();
        upload.Rate.Ask();
        return (upload, rate);
    }

    /// <summary>Each has brought what its rate makes of the time, and is waited for again.</summary>
    private void Age(IReadOnlyList<(IncomingUpload Upload, int Rate)> uploads, TimeSpan by)
    {
        time.Advance(by);
        foreach (var (upload, rate) in uploads)
        {
            upload.Rate.Arrived((long)(rate * by.TotalSeconds));
            upload.Rate.Ask();
        }
    }

    /// <summary>Lets time pass until the newcomer was answered.</summary>
    private Task OutwaitAsync(Task<ProblemResult?> waiting, Func<bool>? until = null) => Eventually.TrueAsync(
        () =>
        {
            if (waiting.IsCompleted || until?.Invoke() == true)
                return Task.FromResult(true);
            // Only once the newcomer looks at the clock again: no more time passes than it knows of.
            if (time.Timers > 0)
                time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(false);
        },
        TimeSpan.FromSeconds(60));
}
