using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Notifications;

public sealed class AcceptPlanTests
{
    private static readonly TenantId[] Tenants = [.. Enumerable.Range(1, 3).Select(number => new TenantId(new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))];

    [Fact]
    public void Several_tenants_ascend_in_one_statement()
    {
        AcceptedNotification[] notifications = [Of(Tenants[2]), Of(Tenants[0]), Of(Tenants[1]), Of(Tenants[2]), Of(Tenants[0])];

        AcceptPlan.Statements(notifications).ShouldHaveSingleItem().ShouldBe([notifications[1], notifications[4], notifications[2], notifications[0], notifications[3]]);
    }

    [Fact]
    public void Keys_of_a_tenant_ascend_over_all_statements_behind_what_has_no_key()
    {
        var notifications = Enumerable.Range(0, 3_000).Select(i => Of(Tenants[0], i % 3 == 0 ? null : [(byte)(i * 7), (byte)(i >> 8), (byte)i])).ToList();

        var planned = AcceptPlan.Statements(notifications).SelectMany(statement => statement).ToList();

        planned.Count.ShouldBe(notifications.Count);
        planned.Select(notification => notification.Id).ToHashSet().SetEquals(notifications.Select(notification => notification.Id)).ShouldBeTrue();
        planned.TakeWhile(notification => notification.Idempotency is null).ShouldBe(notifications.Where(notification => notification.Idempotency is null));
        planned.Select(notification => notification.Idempotency).OfType<IdempotencyEntry>().Select(entry => Convert.ToHexString(entry.KeyHash)).ShouldBeInOrder();
    }

    [Fact]
    public void Of_a_key_twice_the_first_is_stored_and_another_tenants_key_is_another_key()
    {
        AcceptedNotification[] notifications = [Of(Tenants[0], [1]), Of(Tenants[0], [2]), Of(Tenants[0], [1]), Of(Tenants[1], [1])];

        AcceptPlan.Statements(notifications).ShouldHaveSingleItem().ShouldBe([notifications[0], notifications[1], notifications[3]]);
    }

    [Fact]
    public void A_statement_has_at_most_so_many_and_so_many_bytes_and_one_in_any_case()
    {
        Counts(Enumerable.Range(0, 2_500).Select(i => Of(Tenants[i % 2]))).ShouldBe([1_000, 1_000, 500]);
        Counts(Enumerable.Range(0, 3).Select(_ => Of(Tenants[0], size: 5 << 20))).ShouldBe([1, 1, 1]);
        Counts([Of(Tenants[0], size: 9 << 20)]).ShouldBe([1]);
        Counts([]).ShouldBeEmpty();
    }

    private static IEnumerable<int> Counts(IEnumerable<AcceptedNotification> notifications) =>
        AcceptPlan.Statements([.. notifications]).Select(statement => statement.Length);

    private static AcceptedNotification Of(TenantId tenant, byte[]? key = null, int size = 0) => new(
        NotificationId.From(Guid.NewGuid()), tenant, Guid.Empty, Live: true,
        new ValidatedRequest(
            "order-shipped", null, [ChannelKind.Email], new StoredRecipient { UserId = "u-1" }, new byte[size], null, Priority.Normal, SendAt: null, ExpiresAt: null, Reference: null, default),
        null, null, null, null, DateTimeOffset.UnixEpoch, [], key is null ? null : new IdempotencyEntry(key, [], []));
}
