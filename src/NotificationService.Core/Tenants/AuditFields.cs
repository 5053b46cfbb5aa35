using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// One side of a change, as the audit log keeps it: names and values, bounded, none of them a secret. Each field has what is shown and what it is compared by, so
/// that a secret that was replaced counts as changed without being shown.
/// </summary>
public sealed partial class AuditFields
{
    /// <summary>What is shown of what is there and is not shown.</summary>
    public const string Masked = "***";

    /// <summary>What nothing is compared by: no text of ours has it.</summary>
    private const string Nothing = "\0";

    private const int LongestText = 500;
    private const int MaxFields = 60;
    private const int MaxBytes = 16 * 1024;
    private const int MaxDepth = 4;

    private static readonly string[] SecretWords = ["secret", "token", "password", "apikey", "api_key", "privatekey", "authorization", "credential"];

    private readonly List<(string Name, object? Shown, string Compared)> fields = [];

    /// <summary>Null of null.</summary>
    public static AuditFields? Of(IReadOnlyDictionary<string, string>? texts)
    {
        if (texts is null)
            return null;
        var made = new AuditFields();
        foreach (var (name, text) in texts)
            made.Text(name, text);
        return made;
    }

    public AuditFields Text(string name, string? value) => Add(name, value is null ? null : IsSecret(name) ? Masked : Shortened(value), value ?? Nothing);

    public AuditFields Number(string name, long? value) => Add(name, value, value?.ToString(CultureInfo.InvariantCulture) ?? Nothing);

    public AuditFields Flag(string name, bool? value) => Add(name, value, value?.ToString() ?? Nothing);

    public AuditFields Time(string name, DateTimeOffset? value) => Text(name, value is { } time ? Rfc3339.Text(time) : null);

    public AuditFields Texts(string name, IEnumerable<string>? values) => Text(name, values is null ? null : string.Join(", ", values));

    /// <summary>An address that the service calls: its host is shown, the rest may be what keeps it secret.</summary>
    public AuditFields Url(string name, string? value) => Add(name, value is null ? null : Origin(value), value ?? Nothing);

    /// <summary>Something that must not be shown. What it is compared by need not be the secret itself.</summary>
    public AuditFields Secret(string name, string? compared) => Add(name, compared is null ? null : Masked, compared ?? Nothing);

    /// <summary>A long text that stands elsewhere, such as a template's contents: its digest.</summary>
    public AuditFields Digest(string name, string? value)
    {
        var digest = value is null ? null : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)))}";
        return Add(name, digest, digest ?? Nothing);
    }

    /// <summary>The members of a JSON object, those that may be secrets masked.</summary>
    public AuditFields Members(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        Flatten(name, document.RootElement, MaxDepth);
        return this;
    }

    /// <summary>What differs between the two sides, or all of the only one; null for a side that is not there.</summary>
    public static (string? Before, string? After) Json(AuditFields? before, AuditFields? after)
    {
        if (before is null || after is null)
            return (before?.Write(IsThere), after?.Write(IsThere));
        return (before.Write((name, compared) => after.Differs(name, compared)), after.Write((name, compared) => before.Differs(name, compared)));
    }

    private static bool IsThere(string name, string compared) => compared != Nothing;

    private bool Differs(string name, string compared) => fields.Find(field => field.Name == name) is not { Name: not null } found || found.Compared != compared;

    private string Write(Func<string, string, bool> isWanted)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, ReadableJson.Writer))
        {
            json.WriteStartObject();
            var left = 0;
            foreach (var (name, shown, _) in fields.Where(field => isWanted(field.Name, field.Compared)))
            {
                if (json.BytesCommitted + json.BytesPending > MaxBytes)
                    left++;
                else
                    Write(json, name, shown);
            }

            if (left > 0)
                json.WriteNumber("…", left);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, string name, object? shown)
    {
        switch (shown)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, (string)shown);
                break;
        }
    }

    private AuditFields Add(string name, object? shown, string compared)
    {
        if (fields.Count < MaxFields && fields.TrueForAll(field => field.Name != name))
            fields.Add((StorableText.Of(name, 100), shown, compared));
        return this;
    }

    private void Flatten(string name, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth > 0 && !IsSecret(name):
                foreach (var member in value.EnumerateObject())
                    Flatten($"{name}.{member.Name}", member.Value, depth - 1);
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                Add(name, null, Nothing);
                break;
            case JsonValueKind.String when value.GetString() is { } text && !IsSecret(name) && text.Contains("://", StringComparison.Ordinal):
                Url(name, text);
                break;
            case JsonValueKind.String:
                Text(name, value.GetString());
                break;
            default:
                Text(name, value.GetRawText());
                break;
        }
    }

    private static bool IsSecret(string name) => SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whoever an address is, only its domain is shown.</summary>
    private static string Shortened(string text)
    {
        var shown = LocalPart().Replace(StorableText.Of(text, LongestText), Masked + "@");
        return text.Length <= LongestText ? shown : shown + "…";
    }

    private static string Origin(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? Shortened($"{uri.Scheme}://{uri.Authority[(uri.Authority.IndexOf('@', StringComparison.Ordinal) + 1)..]}/…") : Masked;

    [GeneratedRegex("""[^\s"'<>(),;:]{1,64}@""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex LocalPart();
}
