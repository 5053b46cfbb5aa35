using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.UnitTests.Storage;

public sealed class SqlNamesTests
{
    [Fact]
    public void A_name_is_the_number_of_its_enum() =>
        SqlNames.Replace("status = {status.queued} and kind <> {failure.no_address}").ShouldBe($"status = {(short)DeliveryStatus.Queued} and kind <> {(short)FailureKind.NoAddress}");

    [Fact]
    public void A_set_is_all_of_its_numbers() => SqlNames.Replace("status in ({status.waiting})").ShouldBe("status in (10, 20)");

    [Fact]
    public void JSON_is_left_as_it_is() => SqlNames.Replace("""'{"code":"retried"}'::json""").ShouldBe("""'{"code":"retried"}'::json""");

    [Theory]
    [InlineData("{status.unheard_of}")]
    [InlineData("{nothing.queued}")]
    public void A_name_that_no_enum_has_is_a_fault(string name) =>
        Should.Throw<InvalidOperationException>(() => SqlNames.Replace($"status = {name}")).Message.ShouldContain(name);
}
