using System.Text.RegularExpressions;

namespace NotificationService.Templates;

/// <summary>A template's name in the public API. Ids and keys are asked for at the same place, so no key may look like an id.</summary>
public static partial class TemplateKey
{
    public const string Rule = "lower-case letters, digits, dots, hyphens and underscores, at most 64, beginning with a letter or digit, and not an id";

    public static bool IsValid(string key) => Shape().IsMatch(key) && !Guid.TryParse(key, out _);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
