using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers;

/// <summary>
/// Reads a provider's configuration field by field, collects everything that is wrong with it, and notes which fields there are: a type is described by what it reads, so that no
/// description can differ from it.
/// </summary>
internal sealed class SettingsReader(ProviderConfiguration configuration)
{
    /// <summary>Unknown names that are named, of the credentials and of the settings.</summary>
    private const int MaxUnknown = 50;

    private const int LongestShown = 100;
    private const int LongestSecret = 8_000, LongestFile = 16_000, LongestEmail = 254, LongestName = 200, LongestUrl = 2_048;

    private readonly List<ProviderConfigurationError> errors = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly List<ProviderField> fields = [];

    /// <summary>The fields that were read, in that order. Read all, whatever the configuration says.</summary>
    public IReadOnlyList<ProviderField> Fields => fields;

    public ProviderConfiguration Configuration => configuration;

    /// <summary>Of a type, to be read for its fields.</summary>
    public static SettingsReader OfNothing(string type, ChannelKind channel) =>
        new(new ProviderConfiguration(Guid.Empty, default, channel, type, "", new Dictionary<string, string>(), JsonElement.Parse("{}")));

    /// <summary>What is wrong, fields that the type does not have included. Call it last.</summary>
    public IReadOnlyList<ProviderConfigurationError> Errors()
    {
        foreach (var name in configuration.Credentials.Keys.Where(name => !known.Contains($"/credentials/{name}")).Take(MaxUnknown))
            Add($"/credentials/{Escaped(name)}", "unknown_property", $"the type {configuration.Type} has no such credential");
        if (configuration.Settings.ValueKind != JsonValueKind.Object)
            Add("/settings", "type", "must be an object");
        else
            foreach (var property in configuration.Settings.EnumerateObject().Where(property => !known.Contains($"/settings/{property.Name}")).Take(MaxUnknown))
                Add($"/settings/{Escaped(property.Name)}", "unknown_property", $"the type {configuration.Type} has no such setting");
        return errors;
    }

    public void Add(string pointer, string code, string message) => errors.Add(new ProviderConfigurationError(pointer, code, message));

    public string? OptionalSecret(string name) => Secret(name, isRequired: false);

    /// <summary>A secret that goes into a header.</summary>
    public string RequiredToken(string name)
    {
        var secret = Secret(name, isRequired: true);
        if (secret is null && !configuration.Credentials.ContainsKey(name))
            Add($"/credentials/{name}", "required", "is required");
        else if (secret?.All(c => c is > ' ' and < '\x7f') == false)
            Add($"/credentials/{name}", "invalid", "must be printable ASCII without spaces");
        return secret ?? "";
    }

    /// <summary>A secret that is a file, with its line breaks.</summary>
    public string RequiredFile(string name)
    {
        known.Add($"/credentials/{name}");
        Note(new ProviderField($"/credentials/{name}", ProviderFieldKind.File) { IsRequired = true, Max = LongestFile });
        if (!configuration.Credentials.TryGetValue(name, out var secret))
            Add($"/credentials/{name}", "required", "is required");
        else if (secret.Length is 0 or > LongestFile)
            Add($"/credentials/{name}", "invalid", $"must be 1 to {LongestFile} characters");
        else
            return secret;
        return "";
    }

    public bool Flag(string name)
    {
        Note(new ProviderField($"/settings/{name}", ProviderFieldKind.Boolean) { Default = "false" });
        var value = Setting(name);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
            Add($"/settings/{name}", "invalid", "must be true or false");
        return value is { ValueKind: JsonValueKind.True };
    }

    /// <param name="otherwise">What the caller takes in its place, for the description.</param>
    public string? Text(string name, bool required = false, int longest = 255, string? otherwise = null)
    {
        Note(new ProviderField($"/settings/{name}", ProviderFieldKind.Text) { IsRequired = required, Max = longest, Default = otherwise });
        return TextOf(name, required, longest);
    }

    private string? TextOf(string name, bool required, int longest)
    {
        var value = Setting(name);
        if (value is null)
        {
            if (required)
                Add($"/settings/{name}", "required", "is required");
            return null;
        }

        if (value.Value.ValueKind == JsonValueKind.String && value.Value.GetString() is { Length: > 0 } text && text.Length <= longest && !text.Any(char.IsControl))
            return text;
        Add($"/settings/{name}", "invalid", $"must be a text of 1 to {longest} characters without control characters");
        return null;
    }

    /// <summary>Whether something stands there, right or wrong.</summary>
    public bool Has(string name) => Setting(name) is not null;

    /// <summary>As it stands there, for what has a reader of its own, which says which fields it has.</summary>
    public JsonElement? Value(string name, params ReadOnlySpan<ProviderField> within)
    {
        foreach (var field in within)
            Note(field);
        return Setting(name);
    }

    /// <summary>A list of different texts.</summary>
    public IReadOnlyList<string> Texts(string name, int max, int longest)
    {
        Note(new ProviderField($"/settings/{name}", ProviderFieldKind.Texts) { Max = max });
        if (Setting(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= max && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            var texts = value.EnumerateArray().Select(item => item.GetString()!).ToList();
            if (texts.TrueForAll(text => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl)) && texts.Distinct().Count() == texts.Count)
                return texts;
        }

        Add($"/settings/{name}", "invalid", $"must be a list of at most {max} different texts of 1 to {longest} characters");
        return [];
    }

    public int Number(string name, int otherwise, int min, int max)
    {
        Note(new ProviderField($"/settings/{name}", ProviderFieldKind.Number) { Default = otherwise.ToString(CultureInfo.InvariantCulture), Min = min, Max = max });
        var value = Setting(name);
        if (value is null)
            return otherwise;
        if (value.Value.ValueKind == JsonValueKind.Number && value.Value.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        Add($"/settings/{name}", "out_of_range", $"must be a whole number from {min} to {max}");
        return otherwise;
    }

    public string OneOf(string name, string otherwise, params ReadOnlySpan<string> allowed)
    {
        Note(new ProviderField($"/settings/{name}", ProviderFieldKind.Choice) { Default = otherwise, Choices = [.. allowed] });
        var text = TextOf(name, required: false, longest: 255) ?? otherwise;
        if (!allowed.Contains(text))
            Add($"/settings/{name}", "invalid", $"must be one of {string.Join(", ", allowed)}");
        return text;
    }

    /// <summary>An absolute http or https address that tenants may reach, without user, query and fragment; a slash at its end.</summary>
    public Uri BaseUrl(Uri otherwise, EndpointGuard guard)
    {
        const string Pointer = "/settings/baseUrl";
        Note(new ProviderField(Pointer, ProviderFieldKind.Url) { Default = otherwise.AbsoluteUri.TrimEnd('/'), Max = LongestUrl });
        var text = TextOf("baseUrl", required: false, LongestUrl);
        if (text is null)
            return otherwise;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Port == 0)
            Add(Pointer, "url_scheme", "must be an absolute http or https URL");
        else if (AddressName.Of(url) is not { } host)
            Add(Pointer, "url_invalid", "must have a host whose name can be looked up");
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            Add(Pointer, "url_invalid", "must have no user, query or fragment");
        else if (guard.RefusalOfName(host) is { } refusal)
            Add(Pointer, "url_address_forbidden", refusal);
        else
            return url.AbsolutePath.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
        return otherwise;
    }

    /// <summary><c>{ "email", "name"? }</c>, or the address alone.</summary>
    public EmailAddress? Mailbox(string name, bool required = false)
    {
        Note(new ProviderField($"/settings/{name}/email", ProviderFieldKind.Email) { IsRequired = required, Max = LongestEmail });
        Note(new ProviderField($"/settings/{name}/name", ProviderFieldKind.Text) { Max = LongestName });
        var value = Setting(name);
        if (value is null)
        {
            if (required)
                Add($"/settings/{name}", "required", "is required: { \"email\": …, \"name\": … }");
            return null;
        }

        var (email, display) = value.Value.ValueKind switch
        {
            JsonValueKind.String => (value.Value.GetString(), null),
            JsonValueKind.Object when value.Value.EnumerateObject().All(property => property.Name is "email" or "name" && property.Value.ValueKind == JsonValueKind.String) =>
                (value.Value.TryGetProperty("email", out var found) ? found.GetString() : null,
                    value.Value.TryGetProperty("name", out var named) ? named.GetString() : null),
            _ => (null, null),
        };
        if (email is { Length: <= LongestEmail } && MailAddress.TryCreate(email, out var parsed) && parsed.Address == email
            && display?.Any(char.IsControl) != true && display is not { Length: > LongestName })
        {
            return new EmailAddress(email, string.IsNullOrWhiteSpace(display) ? null : display);
        }

        Add($"/settings/{name}", "email_invalid", $"must be {{ \"email\": an address, \"name\": at most {LongestName} characters }}");
        return null;
    }

    private string? Secret(string name, bool isRequired)
    {
        known.Add($"/credentials/{name}");
        Note(new ProviderField($"/credentials/{name}", ProviderFieldKind.Text) { IsRequired = isRequired, Max = LongestSecret });
        if (!configuration.Credentials.TryGetValue(name, out var secret))
            return null;
        if (secret.Length is > 0 and <= LongestSecret && !secret.Any(char.IsControl))
            return secret;
        Add($"/credentials/{name}", "invalid", $"must be 1 to {LongestSecret} characters without control characters");
        return null;
    }

    private void Note(ProviderField field) => fields.Add(field);

    /// <summary>A name as it stands in a JSON Pointer (RFC 6901), cut to what a response repeats.</summary>
    private static string Escaped(string name) =>
        (name.Length <= LongestShown ? name : name[..(char.IsHighSurrogate(name[LongestShown - 1]) ? LongestShown - 1 : LongestShown)]).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private JsonElement? Setting(string name)
    {
        known.Add($"/settings/{name}");
        return configuration.Settings.ValueKind == JsonValueKind.Object
            && configuration.Settings.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
    }
}
