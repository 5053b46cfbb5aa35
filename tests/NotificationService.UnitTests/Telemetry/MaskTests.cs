using NotificationService.Telemetry;

namespace NotificationService.UnitTests.Telemetry;

public sealed class MaskTests
{
    [Theory]
    [InlineData("ann@example.com", "a***@e***.com")]
    [InlineData("+14155550100", "+1***00")]
    [InlineData("+123", "***")]
    [InlineData("a-device-token", "***")]
    [InlineData("@example.com", "***")]
    [InlineData("", "")]
    public void An_address_cannot_be_read_off_its_mask(string address, string masked) => Mask.Address(address).ShouldBe(masked);
}
