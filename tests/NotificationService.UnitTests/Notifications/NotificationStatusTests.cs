using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using static NotificationService.Deliveries.DeliveryStatus;

namespace NotificationService.UnitTests.Notifications;

public sealed class NotificationStatusTests
{
    [Theory]
    [InlineData(new[] { Queued, Queued }, Queued)]
    [InlineData(new[] { Queued, Failed }, Queued)]
    [InlineData(new[] { Sent, Failed }, Sent)]
    [InlineData(new[] { Sent, Delivered, Queued }, Delivered)]
    [InlineData(new[] { Read, Bounced }, Read)]
    [InlineData(new[] { Cancelled, Failed }, Failed)]
    [InlineData(new[] { Cancelled, Cancelled }, Cancelled)]
    [InlineData(new[] { Scheduled, Cancelled }, Scheduled)]
    public void It_is_the_furthest_of_the_deliveries(DeliveryStatus[] deliveries, DeliveryStatus expected) => NotificationStatus.Of(deliveries).ShouldBe(expected);

    [Fact]
    public void Every_status_has_its_place() =>
        DeliveryStatuses.All.ShouldAllBe(status => NotificationStatus.Of(new[] { status, status }) == status && NotificationStatus.Of(new[] { status, Read }) == Read);

    [Fact]
    public void A_range_of_time_is_a_range_of_ids()
    {
        var since = new DateTimeOffset(2026, 11, 21, 9, 0, 0, 123, TimeSpan.Zero);
        var range = IdRange.Of(since, since.AddMilliseconds(1));

        Within(range, Guid.CreateVersion7(since)).ShouldBeTrue();
        Within(range, Guid.CreateVersion7(since.AddMilliseconds(1))).ShouldBeFalse();
        Within(range, Guid.CreateVersion7(since.AddMilliseconds(-1))).ShouldBeFalse();
    }

    private static bool Within(IdRange range, Guid id) =>
        string.CompareOrdinal(id.ToString(), range.From.ToString()) >= 0 && string.CompareOrdinal(id.ToString(), range.Before.ToString()) < 0;
}
