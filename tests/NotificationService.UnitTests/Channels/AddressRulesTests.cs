using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;

namespace NotificationService.UnitTests.Channels;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("ann+bounce@example.com")]
    [InlineData("o'neil_1.x@sub.example.co.uk")]
    [InlineData("a@xn--bcher-kva.example")]
    [InlineData("1@2.io")]
    public void Ordinary_mailboxes_are_written_to(string address) => AddressRules.Email(address).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a@")]
    [InlineData("@b")]
    [InlineData("@b.cc")]
    [InlineData("a@b")]
    [InlineData("a b@c.de")]
    [InlineData("a@b..c")]
    [InlineData("a@-b.cc")]
    [InlineData("a@b-.cc")]
    [InlineData("a@b.c_d.ee")]
    [InlineData("\"a b\"@c.de")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@127.0.0.1")]
    [InlineData("a@xn--.de")]
    [InlineData("ü@ü.de")]
    [InlineData("a@ü.de")]
    [InlineData("аpple@example.com")]
    [InlineData("a@b.cc,d@e.ff")]
    [InlineData("Name <a@b.cc>")]
    [InlineData("a@b.cc\r\nBcc: x@y.zz")]
    [InlineData("\"a\r\nRCPT TO:<x@y>\"@b.cc")]
    [InlineData("a\r\n@b.cc")]
    [InlineData("a@b.cc\n")]
    [InlineData(".a@b.cc")]
    [InlineData("a.@b.cc")]
    [InlineData("a..b@b.cc")]
    [InlineData("a@b.cc.")]
    [InlineData("a@b@c.dd")]
    public void What_is_no_mailbox_is_refused(string address) => (AddressRules.Email(address)?.Code).ShouldBe("email_invalid", address);

    [Fact]
    public void Length_is_bounded_in_all_and_in_each_part()
    {
        AddressRules.Email($"{new string('a', 64)}@example.com").ShouldBeNull();
        AddressRules.Email($"{new string('a', 65)}@example.com").ShouldNotBeNull();
        AddressRules.Email($"a@{new string('b', 64)}.com").ShouldNotBeNull();
        AddressRules.Email($"a@{string.Join('.', Enumerable.Repeat(new string('b', 62), 4))}.com").ShouldNotBeNull();
    }

    [Fact]
    public void Nothing_that_passes_could_end_a_line_or_a_header() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        foreach (var address in new[] { $"{text}@example.com", $"ann@{text}", $"ann@{text}.com", text ?? "" })
        {
            if (AddressRules.Email(address) is null && address.Any(c => c <= ' ' || c > '~' || "<>(),;:\\\"[]".Contains(c)))
                return false;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("+14155550100")]
    [InlineData("+4917112345678")]
    [InlineData("+35312345678")]
    [InlineData("+79123456789")]
    public void Numbers_of_E164_are_called(string number) => AddressRules.Phone(number).ShouldBeNull();

    [Theory]
    [InlineData("01711234567")]
    [InlineData("+49")]
    [InlineData("+0123456789")]
    [InlineData("+1415555010012345")]
    [InlineData("+49 (0)171-1234567")]
    [InlineData("004917112345678")]
    [InlineData("+４９17112345678")]
    [InlineData("+1555<script>")]
    [InlineData("tel:+14155550100;ext=5")]
    [InlineData("+99912345678")]
    [InlineData("+21012345678")]
    [InlineData("911")]
    [InlineData("+1415555010\n")]
    public void What_is_no_number_is_refused(string number) => (AddressRules.Phone(number)?.Code).ShouldBe("phone_not_e164", number);

    [Theory]
    [InlineData("+19005550100")]
    [InlineData("+88216123456")]
    [InlineData("+97912345678")]
    public void Premium_and_satellite_numbers_are_blocked(string number) => (AddressRules.Phone(number)?.Code).ShouldBe("destination_blocked", number);

    [Fact]
    public void A_number_that_passes_is_a_plus_and_8_to_15_digits() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        AddressRules.Phone($"+{text}") is not null || (text.Length is >= 8 and <= 15 && text.All(char.IsAsciiDigit))).QuickCheckThrowOnFailure();

    [Fact]
    public void Ids_of_people_are_opaque_but_bounded_and_printable()
    {
        AddressRules.UserId("ü-123/4 5").ShouldBeNull();
        AddressRules.UserId(new string('x', 128)).ShouldBeNull();
        AddressRules.UserId(new string('x', 129)).ShouldNotBeNull();
        AddressRules.UserId("a\nb").ShouldNotBeNull();
        AddressRules.UserId(" ").ShouldNotBeNull();
    }

    [Fact]
    public void Device_tokens_are_visible_ASCII()
    {
        AddressRules.DeviceToken("fcm:APA91b-_x").ShouldBeNull();
        AddressRules.DeviceToken("a b").ShouldNotBeNull();
        AddressRules.DeviceToken("").ShouldNotBeNull();
        AddressRules.DeviceToken(new string('x', 4097)).ShouldNotBeNull();
    }
}
