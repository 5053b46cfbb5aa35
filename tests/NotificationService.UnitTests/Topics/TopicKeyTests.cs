using NotificationService.Topics;

namespace NotificationService.UnitTests.Topics;

/// <summary>What a key may be, and which keys a send reaches.</summary>
public sealed class TopicKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("building-7/floor_2/unit.9:a@b+c")]
    [InlineData("1/2/3/4/5/6/7/8")]
    public void A_key_is_some_names_with_slashes_between_them(string key) => TopicKey.Check(key).ShouldBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/.b")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\u0001")]
    [InlineData("1/2/3/4/5/6/7/8/9")]
    public void Anything_else_is_none(string? key) => TopicKey.Check(key)!.Code.ShouldBe("topic_key_invalid");

    [Fact]
    public void A_key_has_two_hundred_characters_at_most()
    {
        TopicKey.Check(new string('a', TopicKey.Longest)).ShouldBeNull();
        TopicKey.Check(new string('a', TopicKey.Longest + 1)).ShouldNotBeNull();
    }

    [Fact]
    public void A_send_reaches_what_is_named_and_all_below_it_each_once_in_the_order_of_the_keys()
    {
        string[] all = ["a", "a+b", "a-1", "a.b", "a/b", "a/b/c", "a/z", "a0", "a:b", "ab", "b", "b/a"];

        Reached(["a"]).ShouldBe(["a", "a/b", "a/b/c", "a/z"]);
        Reached(["a/b", "a", "a/z", "a"]).ShouldBe(["a", "a/b", "a/b/c", "a/z"]);
        Reached(["b", "a-1", "a/b"]).ShouldBe(["a-1", "a/b", "a/b/c", "b", "b/a"]);
        Reached(["none"]).ShouldBeEmpty();

        string[] Reached(string[] named)
        {
            var ranges = TopicRange.Reached(named);
            ranges.Zip(ranges.Skip(1)).ShouldAllBe(pair => string.CompareOrdinal(pair.First.Before, pair.Second.From) <= 0);
            return [.. ranges.SelectMany(range => all.Where(key => string.CompareOrdinal(key, range.From) >= 0 && string.CompareOrdinal(key, range.Before) < 0))];
        }
    }
}
