using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Notifications;

public sealed class RequestFingerprintTests
{
    private static readonly TenantId Tenant = new(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));

    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ] , "a" : 1 } """)]
    [InlineData("""{"a":"A"}""", """{"\u0061":"\u0041"}""")]
    [InlineData("""{"a":"\/"}""", """{"a":"/"}""")]
    [InlineData("""{"x":{"b":1,"a":{"d":2,"c":3}}}""", """{"x":{"a":{"c":3,"d":2},"b":1}}""")]
    public void Only_the_writing_differs(string left, string right) => Of(left).ShouldBe(Of(right));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":1}""", """{"b":1}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":[[1],2]}""", """{"a":[[1,2]]}""")]
    [InlineData("""{"a":null}""", """{}""")]
    [InlineData("""{"a":{}}""", """{"a":[]}""")]
    [InlineData("""{"a":"b","c":"d"}""", """{"a":"bc","":"d"}""")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\\ud800"}""")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\udc00"}""")]
    [InlineData("""{"\ud800":1}""", """{"\ud801":1}""")]
    public void The_value_differs(string left, string right) => Of(left).ShouldNotBe(Of(right));

    /// <summary>One item of many may hold it; the item is refused, and not the body that the fingerprint is of.</summary>
    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\ud800\ud800\udc00"}""")]
    [InlineData("""{"a":"\udc00x"}""")]
    [InlineData("""{"a":"\uD83Dx\ude00"}""")]
    [InlineData("""{"a":"\ud83d\n"}""")]
    [InlineData("""{"\ud800":{"\udc00":1},"a":"\\\""}""")]
    public void Half_of_a_character_is_distinguished_from_others_as_it_is_written(string json)
    {
        Of($" {json} ").ShouldBe(Of(json));
        Of(json).ShouldNotBe(Of(json.Replace("\\ud", "\\uD", StringComparison.Ordinal).Replace("\\u", "\\n\\u", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""", """{"a":"\uD83D\uDE00"}""")]
    [InlineData("""{"a":"\ud83d\ude00"}""", """{"a":"😀"}""")]
    [InlineData("""{"a":"\\ud800"}""", """{"a":"\u005cud800"}""")]
    public void A_whole_character_is_itself_however_it_is_escaped(string left, string right) => Of(left).ShouldBe(Of(right));

    [Fact]
    public void What_is_too_deep_in_one_item_of_many_has_a_fingerprint_too()
    {
        var deep = $$"""{"notifications":[{"data":{{string.Concat(Enumerable.Repeat("[", 69))}}1{{string.Concat(Enumerable.Repeat("]", 69))}}}]}""";

        Of(deep).ShouldBe(Of($" {deep}"));
    }

    [Fact]
    public void Route_and_tenant_count()
    {
        var json = "{}"u8;

        RequestFingerprint.Of("send", Tenant, json).ShouldNotBe(RequestFingerprint.Of("retry", Tenant, json));
        RequestFingerprint.Of("send", Tenant, json).ShouldNotBe(RequestFingerprint.Of("send", new TenantId(Guid.Empty), json));
    }

    [Fact]
    public void White_space_and_order_never_change_it() => Prop.ForAll(Values, seed =>
    {
        var random = new Random(seed);
        var value = RandomValue(random, levels: 4);
        return Of(value!.ToJsonString()).SequenceEqual(Of(Rewritten(value, random)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_change_of_a_value_changes_it() => Prop.ForAll(Values, seed =>
    {
        var random = new Random(seed);
        var value = new JsonObject { ["root"] = RandomValue(random, levels: 4) };
        var before = Of(value.ToJsonString());
        ChangeOneLeaf(value, random);
        return !before.SequenceEqual(Of(value.ToJsonString()));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<int> Values => ArbMap.Default.ArbFor<int>();

    private static byte[] Of(string json) => RequestFingerprint.Of("POST /send", Tenant, Encoding.UTF8.GetBytes(json));

    private static JsonNode? RandomValue(Random random, int levels) => random.Next(levels > 0 ? 6 : 4) switch
    {
        0 => JsonValue.Create(random.Next()),
        1 => JsonValue.Create(string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "aé\"\\\n😀"[random.Next(5)]))),
        2 => JsonValue.Create(random.Next(2) == 0),
        3 => JsonValue.Create(random.NextDouble()),
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, levels - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(5)).Select(i => KeyValuePair.Create($"{(char)('z' - i)}{random.Next(9)}{i}", RandomValue(random, levels - 1)))),
    };

    private static string Rewritten(JsonNode? value, Random random)
    {
        var space = new string(' ', random.Next(3)) + (random.Next(2) == 0 ? "\n" : "");
        return value switch
        {
            JsonObject o => $"{space}{{{string.Join(',', Shuffled(o, random).Select(p => $"{JsonValue.Create(p.Key).ToJsonString()}{space}:{Rewritten(p.Value, random)}"))}{space}}}",
            JsonArray a => $"{space}[{string.Join(',', a.Select(item => Rewritten(item, random)))}{space}]",
            null => "null",
            _ => $"{space}{value.ToJsonString()}{space}",
        };
    }

    private static KeyValuePair<string, JsonNode?>[] Shuffled(JsonObject value, Random random)
    {
        var members = value.ToArray();
        random.Shuffle(members);
        return members;
    }

    private static void ChangeOneLeaf(JsonNode container, Random random)
    {
        switch (container)
        {
            case JsonObject { Count: > 0 } o:
                var (name, value) = o.ElementAt(random.Next(o.Count));
                if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                    ChangeOneLeaf(value, random);
                else
                    o[name] = "changed";
                break;
            case JsonArray { Count: > 0 } a:
                var index = random.Next(a.Count);
                if (a[index] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                    ChangeOneLeaf(a[index]!, random);
                else
                    a[index] = "changed";
                break;
        }
    }
}
