using System.Text;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_111);

    /// <summary>RFC 6238, appendix B, SHA-1.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var step = Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds));

        Totp.Code(Secret, step, digits: 8).ShouldBe(code);
        Totp.Code(Secret, step).ShouldBe(code[2..]);
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_clock_may_be_one_step_off(int steps, bool isGood)
    {
        var step = Totp.StepOf(Now) + steps;

        Totp.Match(Secret, Totp.Code(Secret, step), Now, lastStep: 0).ShouldBe(isGood ? step : null);
    }

    [Fact]
    public void A_code_is_good_once_and_so_is_every_code_before_it()
    {
        var step = Totp.StepOf(Now);

        Totp.Match(Secret, Totp.Code(Secret, step), Now, lastStep: step).ShouldBeNull();
        Totp.Match(Secret, Totp.Code(Secret, step - 1), Now, lastStep: step).ShouldBeNull();
        Totp.Match(Secret, Totp.Code(Secret, step + 1), Now, lastStep: step).ShouldBe(step + 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("abcdef")]
    [InlineData("\u0661\u0662\u0663\u0664\u0665\u0666")]
    public void What_is_no_code_is_wrong(string code) => Totp.Match(Secret, code, Now, lastStep: 0).ShouldBeNull();

    /// <summary>RFC 4648, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Secrets_are_written_as_apps_read_them(string text, string base32) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).ShouldBe(base32);
}
