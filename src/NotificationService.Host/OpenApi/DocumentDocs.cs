using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NotificationService.Host.Api;
using NotificationService.Host.Http;

namespace NotificationService.Host.OpenApi;

/// <summary>What the document says once for all calls: who we are, how to sign in, what an error looks like.</summary>
internal static class DocumentDocs
{
    public const string OAuth = "oauth2";
    public const string Bearer = "bearer";
    public const string ProblemSchema = nameof(Problem);

    private static readonly Dictionary<string, string> Scopes = new(StringComparer.Ordinal)
    {
        ["notifications:send"] = "send notifications",
        ["notifications:read"] = "read notifications",
        ["recipients:write"] = "keep the recipient directory",
        ["events:publish"] = "publish real-time events",
        ["admin"] = "everything of the tenant",
    };

    public static async Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "NotificationService",
            Version = "v1",
            Description = "Sends notifications by e-mail, SMS, push, WhatsApp and in-app. Errors are RFC 9457 problems with a stable code.\n\n"
                + "Times are given in UTC with six digits, `2026-01-31T09:30:00.000000Z`, and taken in any form of RFC 3339 that has an offset.\n\n"
                + $"<details>\n<summary>Limits</summary>\n\nAn operator can change those that have a setting; the value is the default.\n\n{Limits.Table}\n\n</details>",
        };
        // The address is whatever the reader used to get this document.
        document.Servers = null;
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [OAuth] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "A service account: its client id and secret.",
                Flows = new OpenApiOAuthFlows
                {
                    ClientCredentials = new OpenApiOAuthFlow { TokenUrl = new Uri("/oauth/token", UriKind.Relative), Scopes = Scopes },
                },
            },
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An access token, from /oauth/token or /api/v1/auth/login.",
            },
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        document.Components.Schemas[ProblemSchema] = await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: cancellationToken);
    }
}
