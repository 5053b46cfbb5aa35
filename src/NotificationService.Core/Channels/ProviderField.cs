namespace NotificationService.Channels;

/// <summary>One field of a provider's configuration, as its type reads it.</summary>
/// <param name="Pointer">Where it stands, as a JSON Pointer into the configuration: <c>/credentials/apiKey</c>, <c>/settings/from/email</c>.</param>
/// <param name="Kind">How it is written.</param>
public sealed record ProviderField(string Pointer, ProviderFieldKind Kind)
{
    /// <summary>Of the credentials, which are never shown again.</summary>
    public bool IsSecret => Pointer.StartsWith("/credentials/", StringComparison.Ordinal);

    /// <summary>It must be given, whatever else is. One of two may be enough where this is false; the vendor's page in the documents says so.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What is taken where it is left out, as text.</summary>
    public string? Default { get; init; }

    /// <summary>The words that may be chosen from, of a <see cref="ProviderFieldKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The smallest number.</summary>
    public int? Min { get; init; }

    /// <summary>The largest number; of texts the characters; of a list its entries.</summary>
    public int? Max { get; init; }
}

/// <summary>How a field of a provider's configuration is written.</summary>
public enum ProviderFieldKind
{
    /// <summary>One line.</summary>
    Text,

    /// <summary>A file with its line breaks, as the vendor gave it.</summary>
    File,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>True or false, which it is where it is left out.</summary>
    Boolean,

    /// <summary>One of some words.</summary>
    Choice,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An absolute http or https address.</summary>
    Url,

    /// <summary>A list of different texts.</summary>
    Texts,
}

public static class ProviderFieldKinds
{
    public static string ToName(this ProviderFieldKind kind) => kind switch
    {
        ProviderFieldKind.Text => "text",
        ProviderFieldKind.File => "file",
        ProviderFieldKind.Number => "number",
        ProviderFieldKind.Boolean => "boolean",
        ProviderFieldKind.Choice => "choice",
        ProviderFieldKind.Email => "email",
        ProviderFieldKind.Url => "url",
        ProviderFieldKind.Texts => "texts",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
