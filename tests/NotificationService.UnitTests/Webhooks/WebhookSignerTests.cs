using System.Text;
using NotificationService.Webhooks;

namespace NotificationService.UnitTests.Webhooks;

public sealed class WebhookSignerTests
{
    /// <summary>The vector that the Standard Webhooks libraries are tested with.</summary>
    [Fact]
    public void A_message_is_signed_as_Standard_Webhooks_says()
    {
        WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out var secret).ShouldBeTrue();

        WebhookSigner.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""u8, [secret])
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Fact]
    public void Each_secret_that_holds_signs_and_the_newest_stands_first()
    {
        WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out var old).ShouldBeTrue();
        var current = WebhookSecret.New();
        var body = """{"test": 2432232314}"""u8;

        var both = WebhookSigner.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body, [current, old]).Split(' ');

        both.ShouldBe([WebhookSigner.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body, [current]), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]);
    }

    [Fact]
    public void Id_time_and_body_are_all_signed()
    {
        var secret = WebhookSecret.New();

        ((string[])
        [
            Sign("m1", 1, "{}"), Sign("m2", 1, "{}"), Sign("m1", 2, "{}"), Sign("m1", 1, "{ }"),
        ]).Distinct().Count().ShouldBe(4);

        string Sign(string id, long timestamp, string body) => WebhookSigner.Sign(id, timestamp, Encoding.UTF8.GetBytes(body), [secret]);
    }

    [Fact]
    public void A_new_secret_has_32_random_bytes_and_is_read_back()
    {
        var secret = WebhookSecret.New();

        secret.Reveal().ShouldStartWith("whsec_");
        Convert.FromBase64String(secret.Reveal()["whsec_".Length..]).Length.ShouldBe(32);
        WebhookSecret.New().Reveal().ShouldNotBe(secret.Reveal());
        WebhookSecret.TryParse(secret.Reveal(), out var read).ShouldBeTrue();
        read.Reveal().ShouldBe(secret.Reveal());
        $"{secret}".ShouldBe("whsec_…");
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_not base64 at all!")]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")] // 22 bytes
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] // 66 bytes
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_secret_is_not_read(string text) => WebhookSecret.TryParse(text, out _).ShouldBeFalse();
}
