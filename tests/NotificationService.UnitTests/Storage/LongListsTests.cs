using NotificationService.Storage;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Storage;

public sealed class LongListsTests
{
    private static readonly ListTotal Long = ListTotal.Of(PageRequest.Reach + 1);
    private static readonly TenantId Tenant = new(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"));

    private readonly ManualTime time = new();

    [Fact]
    public async Task A_long_list_is_counted_once_in_ten_seconds()
    {
        var (lists, counted) = (new LongLists(time), 0);

        for (var i = 0; i < 3; i++)
            (await lists.TotalAsync(Tenant, "a", CountAsync, default)).ShouldBe(Long);
        counted.ShouldBe(1);
        await lists.TotalAsync(Tenant, "b", CountAsync, default);
        await lists.TotalAsync(new TenantId(Guid.Empty), "a", CountAsync, default);
        counted.ShouldBe(3);
        time.Advance(TimeSpan.FromSeconds(11));
        await lists.TotalAsync(Tenant, "a", CountAsync, default);
        counted.ShouldBe(4);

        Task<ListTotal> CountAsync(CancellationToken cancellationToken)
        {
            counted++;
            return Task.FromResult(Long);
        }
    }

    [Fact]
    public async Task A_list_whose_total_is_exact_is_counted_each_time()
    {
        var lists = new LongLists(time);

        (await lists.TotalAsync(Tenant, "a", _ => Task.FromResult(new ListTotal(3, IsExact: true)), default)).Count.ShouldBe(3);
        (await lists.TotalAsync(Tenant, "a", _ => Task.FromResult(new ListTotal(4, IsExact: true)), default)).Count.ShouldBe(4);
        lists.Count.ShouldBe(0);
    }

    [Fact]
    public async Task However_many_lists_are_asked_for_few_are_remembered()
    {
        var lists = new LongLists(time);

        for (var i = 0; i < 20 * LongLists.Capacity; i++)
            await lists.TotalAsync(Tenant, $"list {i}", _ => Task.FromResult(Long), default);

        lists.Count.ShouldBeLessThanOrEqualTo(LongLists.Capacity);
    }
}
