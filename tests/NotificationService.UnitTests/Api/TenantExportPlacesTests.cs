using NotificationService.Host.Api.Tenants;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Api;

/// <summary>Places for those who fetch an export: few, one of a tenant, and none for who does not read.</summary>
public sealed class TenantExportPlacesTests
{
    private static readonly ReadOnlyMemory<byte> Page = new byte[8];

    [Fact]
    public void A_tenant_has_one_place_and_all_of_them_have_four()
    {
        var places = new TenantExportPlaces(TimeProvider.System);
        var tenants = Enumerable.Range(0, 5).Select(_ => new TenantId(Guid.NewGuid())).ToArray();

        var entered = tenants[..4].Select(tenant => places.TryEnter(tenant).Place).ToArray();

        entered.ShouldAllBe(place => place != null);
        places.TryEnter(tenants[0]).Refusal.ShouldNotBeNull().ShouldContain("this tenant");
        places.TryEnter(tenants[4]).Refusal.ShouldNotBeNull().ShouldContain("Others");
        entered[0]!.Dispose();
        // Who was refused for the others has kept nothing of its own.
        using var place = places.TryEnter(tenants[4]).Place;
        place.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_does_not_take_a_page_in_time_gets_no_more()
    {
        var time = new ManualTime();
        using var reader = new StuckReader();

        var sending = new TenantExportPlaces(time).SendAsync(PagesAsync(3), reader, CancellationToken.None);
        sending.IsCompleted.ShouldBeFalse();
        time.Advance(TenantExportPlaces.LongestPage - TimeSpan.FromSeconds(1));
        reader.Take();
        await Eventually.TrueAsync(() => reader.Pages == 2, TimeSpan.FromSeconds(30));
        // Each page has its own time.
        time.Advance(TenantExportPlaces.LongestPage - TimeSpan.FromSeconds(1));
        sending.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        (await sending).ShouldBeFalse();
        reader.Pages.ShouldBe(2);
    }

    [Fact]
    public async Task Who_takes_every_page_gets_all_and_who_leaves_is_no_slow_reader()
    {
        using var all = new MemoryStream();
        (await new TenantExportPlaces(new ManualTime()).SendAsync(PagesAsync(3), all, CancellationToken.None)).ShouldBeTrue();
        all.Length.ShouldBe(24);

        using var gone = new CancellationTokenSource();
        using var reader = new StuckReader();
        var sending = new TenantExportPlaces(new ManualTime()).SendAsync(PagesAsync(3), reader, gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PagesAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.CompletedTask;
            yield return Page;
        }
    }

    /// <summary>Takes a page only when the test says so.</summary>
    private sealed class StuckReader : MemoryStream
    {
        private TaskCompletionSource taken = new();

        public int Pages { get; private set; }

        public void Take()
        {
            var (one, next) = (taken, new TaskCompletionSource());
            taken = next;
            one.SetResult();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Pages++;
            await taken.Task.WaitAsync(cancellationToken);
        }
    }
}
