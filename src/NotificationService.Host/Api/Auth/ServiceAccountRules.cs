using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>What a service account's fields may be, of a new one and of one that changes.</summary>
internal static class ServiceAccountRules
{
    public static List<FieldError> Check(NewServiceAccount request, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        SignUpRules.CheckName(request.Name, "/name", errors);
        CheckScopes(request.Scopes, errors);
        CheckMode(request.Mode, errors);
        CheckNetworks(request.IpAllowList, errors);
        CheckExpiry(request.ExpiresAt, now, errors);
        return errors;
    }

    public static List<FieldError> Check(ServiceAccountPatch request, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        if (request.Name is not null)
            SignUpRules.CheckName(request.Name, "/name", errors);
        if (request.Scopes is not null)
            CheckScopes(request.Scopes, errors);
        if (request.Mode is not null)
            CheckMode(request.Mode, errors);
        CheckNetworks(request.IpAllowList, errors);
        CheckExpiry(request.ExpiresAt, now, errors);
        return errors;
    }

    private static void CheckScopes(IReadOnlyList<string>? scopes, List<FieldError> errors)
    {
        if (scopes is not { Count: > 0 } || scopes.Any(scope => !Scopes.All.Contains(scope)) || scopes.Distinct().Count() != scopes.Count)
            errors.Add(new FieldError("/scopes", scopes is null ? "required" : "scope_unknown", $"One or more of {string.Join(", ", Scopes.All)}, each once."));
    }

    private static void CheckMode(string? mode, List<FieldError> errors)
    {
        if (mode is not ("live" or "test"))
            errors.Add(new FieldError("/mode", mode is null ? "required" : "choice_invalid", "The mode is live or test."));
    }

    private static void CheckNetworks(IReadOnlyList<string>? networks, List<FieldError> errors)
    {
        if (networks is not null && (networks.Count > ServiceAccountsApi.MaxNetworks || networks.Any(network => network is null || !AllowedNetworks.TryParse(network, out _))))
            errors.Add(new FieldError("/ipAllowList", "network_invalid", $"At most {ServiceAccountsApi.MaxNetworks} addresses or CIDR blocks such as 192.0.2.0/24."));
    }

    private static void CheckExpiry(DateTimeOffset? expiresAt, DateTimeOffset now, List<FieldError> errors)
    {
        if (expiresAt <= now)
            errors.Add(new FieldError("/expiresAt", "time_past", "The time lies in the future."));
    }
}
