using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.UnitTests.Channels;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("ann+bounce@example.com")]
    [InlineData("o'neil_1.x@sub.example.co.uk")]
    [InlineData("a@xn--bcher-kva.example")]
    [InlineData("1@2.io")]
    [InlineData("ann@bücher.example")]
    [InlineData("ann@BÜCHER.Example")]
    [InlineData("ann@straße.example")]
    [InlineData("ann@例子.测试")]
    [InlineData("ann@उदाहरण.परीक्षा")]
    [InlineData("ann@пример.испытание")]
    [InlineData("änn@example.com")]
    [InlineData("ünïcödé@ü.de")]
    [InlineData("用户@例子.广告")]
    [InlineData("अजय@डाटा.भारत")]
    [InlineData("🎁@example.com")]
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
    [InlineData("a b\u00a0c@example.com")]
    [InlineData("a\u2028b@example.com")]
    [InlineData("a\u202eb@example.com")]
    [InlineData("a\u200bb@example.com")]
    [InlineData("a\ud800@example.com")]
    [InlineData("a\u0085b@example.com")]
    [InlineData("a\ue000@example.com")]
    [InlineData("a@bu\u0308cher.example")]
    [InlineData("a@ｅxample.com")]
    [InlineData("a@例。测试")]
    [InlineData("a@b\u200dc.de")]
    [InlineData("a@\u0903b.de")]
    [InlineData("a@☃.example")]
    [InlineData("a@-ü.de")]
    [InlineData("a@ü-.de")]
    [InlineData("a@ü..de")]
    [InlineData("a@ü")]
    [InlineData("a@ü_x.de")]
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
        AddressRules.Email($"{new string('ä', 32)}@example.com").ShouldBeNull();
        AddressRules.Email($"{new string('ä', 33)}@example.com").ShouldNotBeNull();
        AddressRules.Email($"a@{new string('ü', 60)}.com").ShouldNotBeNull("its xn-- form has more than 63 characters");
        AddressRules.Email($"{new string('ä', 32)}@{string.Join('.', Enumerable.Repeat(new string('ü', 20), 9))}.com").ShouldNotBeNull("254 bytes in all");
    }

    [Fact]
    public void Nothing_that_passes_could_end_a_line_or_a_header() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        foreach (var address in new[] { $"{text}@example.com", $"ann@{text}", $"ann@{text}.com", text ?? "" })
        {
            if (AddressRules.Email(address) is null && address.Any(c => c <= ' ' || char.IsControl(c) || char.IsWhiteSpace(c) || "<>(),;:\\\"[]".Contains(c)))
                return false;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("Ann@BÜCHER.Example", "Ann@xn--bcher-kva.example")]
    [InlineData("ann@XN--BCHER-KVA.example", "ann@XN--BCHER-KVA.example")]
    [InlineData("änn@Example.com", "änn@example.com")]
    [InlineData("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v")]
    [InlineData("ann@example.com", "ann@example.com")]
    [InlineData("no address", "no address")]
    public void An_address_has_its_domain_in_ASCII(string written, string canonical) => MailDomain.Canonical(written).ShouldBe(canonical);

    [Fact]
    public void Whatever_passes_has_a_domain_in_ASCII_and_passes_again() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        foreach (var address in new[] { $"{text}@bücher.example", $"ann@{text}", $"ann@{text}.com", $"ann@ü{text}.com", $"ä{text}@{text}.com" })
        {
            if (AddressRules.Email(address) is null && MailDomain.Canonical(address) is var canonical
                && (AddressRules.Email(canonical) is not null || MailDomain.Canonical(canonical) != canonical || canonical[canonical.LastIndexOf('@')..].Any(c => c > '~')))
                return false;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Ann@BÜCHER.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@XN--BCHER-KVA.Example", "ann@xn--bcher-kva.example")]
    [InlineData("ÄNN@Example.com", "Änn@example.com")]
    public void The_suppression_list_knows_both_forms_of_a_domain_as_one_address(string written, string key) =>
        NotificationService.Recipients.Suppression.Normalize(ChannelKind.Email, written).ShouldBe(key);

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
