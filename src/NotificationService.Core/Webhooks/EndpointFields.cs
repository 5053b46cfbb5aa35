namespace NotificationService.Webhooks;

/// <summary>How an endpoint's sealed values are named: <c>secret:&lt;number&gt;</c> and <c>header:&lt;name&gt;</c>.</summary>
internal static class EndpointFields
{
    private const string SecretPrefix = "secret:";
    private const string HeaderPrefix = "header:";

    public static string Secret(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{SecretPrefix}{number}");

    public static string Header(string name) => HeaderPrefix + name;

    public static bool IsSecret(string field) => field.StartsWith(SecretPrefix, StringComparison.Ordinal);

    public static int NumberOf(string field) => int.Parse(field.AsSpan(SecretPrefix.Length), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The header's name; null: it is a secret.</summary>
    public static string? HeaderOf(string field) => field.StartsWith(HeaderPrefix, StringComparison.Ordinal) ? field[HeaderPrefix.Length..] : null;
}
