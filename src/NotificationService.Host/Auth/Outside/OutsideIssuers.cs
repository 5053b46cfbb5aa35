using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;

namespace NotificationService.Host.Auth.Outside;

/// <summary>The issuers of the configuration.</summary>
public sealed class OutsideIssuers(IOptions<OidcOptions> options, IDocumentRetriever documents, TimeProvider time)
{
    private readonly OutsideIssuer[] issuers = [.. options.Value.All().Select(issuer => new OutsideIssuer(issuer.Issuer, documents, time))];

    public bool Any => issuers.Length > 0;

    public IReadOnlyList<OutsideIssuer> All => issuers;

    /// <summary>The one that a token names, with an audience that is ours; null for a stranger.</summary>
    internal OutsideIssuer? Find(UnverifiedToken token) => Array.Find(issuers, issuer => issuer.IsNamed(token.Issuer) && token.IsFor(issuer.Options.Audience!));
}
