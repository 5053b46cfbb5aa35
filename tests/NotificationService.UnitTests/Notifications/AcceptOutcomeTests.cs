using NotificationService.Notifications;

namespace NotificationService.UnitTests.Notifications;

public sealed class AcceptOutcomeTests
{
    private static readonly StoredResponse Before = new([1, 2, 3], 202, """{"id":"x"}""");

    [Fact]
    public void The_same_request_under_a_used_key_is_answered_as_before() =>
        AcceptOutcome.OfKey(Before, [1, 2, 3]).ShouldBeOfType<AcceptOutcome.Replayed>().Before.ShouldBe(Before);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 2, 4)]
    [InlineData(1, 2, 3, 4)]
    public void Another_request_under_it_is_a_mismatch(params int[] fingerprint) =>
        AcceptOutcome.OfKey(Before, Array.ConvertAll(fingerprint, number => (byte)number)).ShouldBeOfType<AcceptOutcome.Mismatch>();
}
