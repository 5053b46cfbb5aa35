using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using NotificationService.Batches;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.Batches;

/// <summary>
/// A body with many items: the items apart from everything else, as they came, so that one that is wrong takes no other
/// along. The items' own contents have not been looked at.
/// </summary>
internal sealed class BatchBody
{
    /// <summary>How most bodies call their items.</summary>
    private const string Notifications = "notifications";

    private BatchBody(ReadOnlyMemory<byte> head, IReadOnlyList<ReadOnlyMemory<byte>> items) => (Head, Items) = (head, items);

    /// <summary>The body without its items: a JSON object.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Items { get; }

    public static (BatchBody? Body, ProblemResult? Refusal) Of(ReadOnlyMemory<byte> utf8, string itemsName = Notifications)
    {
        try
        {
            return Utf8.IsValid(utf8.Span) ? Walk(utf8, itemsName) : (null, JsonDiagnosis.OfText(utf8));
        }
        catch (JsonException)
        {
            return (null, JsonDiagnosis.OfText(utf8) ?? Problems.OfStatus(400));
        }
        catch (InvalidOperationException)
        {
            // A name that holds half of a character, found where names are compared; broken JSON further on is said first.
            return (null, JsonDiagnosis.OfText(utf8) ?? Problems.Validation("", "control_character", "Half of a surrogate pair (\\ud800 to \\udfff) is not a character."));
        }
    }

    private static (BatchBody? Body, ProblemResult? Refusal) Walk(ReadOnlyMemory<byte> utf8, string itemsName)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth + 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return (null, JsonDiagnosis.OfText(utf8) ?? JsonDiagnosis.NotAnObject);
        var head = new ArrayBufferWriter<byte>(256);
        head.Write("{"u8);
        List<ReadOnlyMemory<byte>>? items = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isItems = reader.ValueTextEquals(itemsName);
            reader.Read();
            if (!isItems)
            {
                reader.Skip();
                if (head.WrittenCount > 1)
                    head.Write(","u8);
                head.Write(utf8.Span[start..(int)reader.BytesConsumed]);
                continue;
            }

            if (items is not null)
                return (null, JsonDiagnosis.Duplicate($"/{itemsName}", itemsName));
            if (reader.TokenType != JsonTokenType.StartArray)
                return (null, Problems.Validation($"/{itemsName}", "type", $"A list of {itemsName} is expected."));
            if (!TryReadItems(ref reader, utf8, out items))
                return (null, Problems.Validation($"/{itemsName}", "too_many", $"One call takes at most {BatchChunk.MaxItems} {itemsName}."));
        }

        // Whatever stands behind the object is an error that the reader throws.
        reader.Read();
        head.Write("}"u8);
        return (new BatchBody(head.WrittenMemory, items ?? []), null);
    }

    private static bool TryReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> utf8, out List<ReadOnlyMemory<byte>> items)
    {
        items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (items.Count == BatchChunk.MaxItems)
                return false;
            items.Add(utf8[start..(int)reader.BytesConsumed]);
        }

        return true;
    }
}
