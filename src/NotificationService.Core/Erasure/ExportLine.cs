using System.Buffers;
using System.Globalization;
using System.Text.Json;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Erasure;

/// <summary>One row as a line of JSON: times as everywhere, JSON as it is stored, what has no form of its own as text.</summary>
internal static class ExportLine
{
    public static void Write(ArrayBufferWriter<byte> page, ExportedTable table, NpgsqlDataReader row)
    {
        using (var json = new Utf8JsonWriter(page))
        {
            json.WriteStartObject();
            json.WriteString("table", table.Name);
            json.WriteStartObject("row");
            for (var i = 0; i < table.Columns.Count; i++)
            {
                json.WritePropertyName(table.Columns[i]);
                Write(json, row, i);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        page.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, NpgsqlDataReader row, int place)
    {
        if (row.IsDBNull(place))
            json.WriteNullValue();
        else if (row.GetDataTypeName(place) is "json" or "jsonb")
            json.WriteRawValue(row.GetString(place));
        else
            Write(json, row.GetValue(place));
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case short or int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case DateTime instant:
                json.WriteStringValue(Rfc3339.Text(new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc))));
                break;
            case Array items:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
