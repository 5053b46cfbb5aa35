using System.Text;
using Microsoft.Extensions.Options;
using NotificationService.Outbound;

namespace NotificationService.Host.Auth.Outside;

/// <summary>What is wrong with the issuers of the configuration stops the start and is named.</summary>
public sealed class OidcOptionsCheck(IConfiguration configuration, EndpointGuard guard) : IValidateOptions<OidcOptions>
{
    private const int LongestText = 512;

    private static readonly string[] Names = [.. typeof(OidcIssuerOptions).GetProperties().Select(property => property.Name)];

    public ValidateOptionsResult Validate(string? name, OidcOptions options)
    {
        List<string> errors = [.. Unknown(), .. options.All().SelectMany(issuer => Errors(issuer.Name, issuer.Issuer))];
        if (options.All().GroupBy(issuer => (OutsideIssuer.Trimmed(issuer.Issuer.Authority ?? ""), issuer.Issuer.Audience)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            errors.Add($"{twice.Last().Name} has the authority and the audience of {twice.First().Name}");
        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }

    /// <summary>Binding takes no notice of a name that it does not know.</summary>
    private IEnumerable<string> Unknown() =>
        from issuer in configuration.GetSection($"{OidcOptions.Section}:{nameof(OidcOptions.Issuers)}").GetChildren()
        from setting in issuer.GetChildren()
        where !Names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)
        select $"there is no setting {setting.Path.Replace(":", "__", StringComparison.Ordinal)}: an issuer has {string.Join(", ", Names)}";

    private IEnumerable<string> Errors(string name, OidcIssuerOptions issuer)
    {
        if (!IsAddress(issuer.Authority))
            yield return $"{name}__Authority {Address}";
        if (issuer.MetadataAddress is not null && !IsAddress(issuer.MetadataAddress))
            yield return $"{name}__MetadataAddress {Address}";
        if (!IsText(issuer.Audience))
            yield return $"{name}__Audience is what the issuer's tokens name as their audience";
        if (!IsText(issuer.TenantClaim) || !IsText(issuer.UserClaim) || !IsText(issuer.GroupsClaim) || (issuer.RolesClaim is not null && !IsText(issuer.RolesClaim)))
            yield return $"{name}: TenantClaim, UserClaim, RolesClaim and GroupsClaim are names of claims, or paths such as realm_access.roles";
    }

    private string Address => $"is an address such as https://login.example.com/realms/shop, without a user name, a query or a fragment{(guard.AllowsPrivate ? "" : ", by https")}";

    private bool IsAddress(string? text) => IsText(text) && Ascii.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (guard.AllowsPrivate && url.Scheme == Uri.UriSchemeHttp)) && url is { UserInfo: "", Query: "", Fragment: "" };

    private static bool IsText(string? text) => !string.IsNullOrWhiteSpace(text) && text.Length <= LongestText;
}
