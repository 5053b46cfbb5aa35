using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.UnitTests.Deliveries;

public sealed class SuppressionCheckTests
{
    private static readonly ChannelMessage.Email Email = new(new EmailAddress("Ann@Example.com"), "Hello", null, "Hello");

    [Fact]
    public void An_address_is_known_however_it_is_spelt()
    {
        var (message, reason) = SuppressionCheck.Of(ChannelKind.Email, Email, [new(ChannelKind.Email, "ann@example.com", SuppressionReason.Complaint, null)]);

        message.ShouldBeNull();
        reason!.Code.ShouldBe("suppressed_complaint");
    }

    [Fact]
    public void Another_address_or_channel_of_the_recipient_is_in_nobodys_way() =>
        SuppressionCheck.Of(
            ChannelKind.Email, Email,
            [new(ChannelKind.Email, "bob@example.com", SuppressionReason.Bounce, null), new(ChannelKind.Sms, "ann@example.com", SuppressionReason.Manual, null)])
        .Message.ShouldBeSameAs(Email);

    [Fact]
    public void A_push_leaves_out_dead_devices_and_is_suppressed_when_none_is_left()
    {
        var push = Push("a", "b");

        SuppressionCheck.Of(ChannelKind.Push, push, [Dead("a")]).Message.ShouldBeOfType<ChannelMessage.Push>().DeviceTokens.ShouldBe(["b"]);
        SuppressionCheck.Of(ChannelKind.Push, push, [Dead("a"), Dead("b")]).Reason!.Code.ShouldBe("suppressed_dead_token");
        SuppressionCheck.Of(ChannelKind.Push, push, [Dead("A")]).Message.ShouldBeSameAs(push);
    }

    [Fact]
    public void A_provider_names_the_dead_or_means_the_one_it_was_given()
    {
        SuppressionCheck.DeadIn(Email, new ProviderResult.Rejected("550", "no such user", RejectionCause.Address), isOnly: true).ShouldBe(["Ann@Example.com"]);
        SuppressionCheck.DeadIn(Push("a", "b"), new ProviderResult.Accepted("id") { DeadAddresses = ["b"] }, isOnly: true).ShouldBe(["b"]);
        SuppressionCheck.DeadIn(Push("a", "b"), new ProviderResult.Rejected("UNREGISTERED", "gone", RejectionCause.Address), isOnly: true).ShouldBe(["a", "b"]);
        SuppressionCheck.DeadIn(Email, new ProviderResult.Rejected("554", "spam"), isOnly: true).ShouldBeEmpty();
        SuppressionCheck.DeadIn(Email, new ProviderResult.Accepted("id"), isOnly: true).ShouldBeEmpty();
    }

    [Fact]
    public void A_token_of_another_account_is_dead_only_where_there_is_no_other_account()
    {
        var accepted = new ProviderResult.Accepted("id") { DeadAddresses = ["b"], ForeignAddresses = ["c"] };
        var rejected = new ProviderResult.Rejected("SENDER_ID_MISMATCH", "not ours", RejectionCause.Provider) { ForeignAddresses = ["c"] };

        SuppressionCheck.DeadIn(Push("a", "b", "c"), accepted, isOnly: true).ShouldBe(["b", "c"]);
        SuppressionCheck.DeadIn(Push("a", "b", "c"), accepted, isOnly: false).ShouldBe(["b"]);
        SuppressionCheck.DeadIn(Push("c"), rejected, isOnly: true).ShouldBe(["c"]);
        SuppressionCheck.DeadIn(Push("c"), rejected, isOnly: false).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(RejectionCause.Unsubscribed, SuppressionReason.Unsubscribe)]
    [InlineData(RejectionCause.Address, SuppressionReason.Bounce)]
    public void What_the_recipient_asked_for_is_distinguished_from_what_is_dead(RejectionCause cause, SuppressionReason reason)
    {
        var result = new ProviderResult.Rejected("code", "no", cause);

        SuppressionCheck.DeadIn(Email, result, isOnly: true).ShouldBe(["Ann@Example.com"]);
        SuppressionCheck.ReasonOf(Email, result).ShouldBe(reason);
        SuppressionCheck.ReasonOf(Push("a"), new ProviderResult.Rejected("UNREGISTERED", "gone", RejectionCause.Address)).ShouldBe(SuppressionReason.DeadToken);
    }

    private static ChannelMessage.Push Push(params string[] tokens) => new(tokens, "t", "b", new Dictionary<string, string>());

    private static SuppressedAddress Dead(string token) => new(ChannelKind.Push, token, SuppressionReason.DeadToken, null);
}
