using System.Net;
using NotificationService.EndToEndTests.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Every published call as nobody and as somebody who may not.</summary>
[Collection(SignInCollection.Name)]
public sealed class EveryRouteTests(SignInService service)
{
    private static readonly string[] Open =
        ["/oauth/token", "/api/v1/auth/register-tenant", "/api/v1/auth/login", "/api/v1/auth/refresh-token", "/api/v1/auth/logout"];

    [Fact]
    public async Task Without_a_token_every_call_but_those_of_sign_in_is_refused() =>
        (await RespondsAsync(token: null)).Where(response => response.Status != 401).Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();

    [Fact]
    public async Task A_person_without_a_role_for_it_is_refused_by_every_call_of_services_and_admins()
    {
        var ann = await service.LoginAsync("ann@demo.test", "Demo-user-1!");

        (await RespondsAsync(ann.AccessToken)).Where(response => !response.Call.Contains("/users/me", StringComparison.Ordinal) && response.Status != 403)
            .Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_account_with_another_scope_is_refused_by_every_call()
    {
        var token = await service.TokenAsync("demo-service", "demo-service-secret", "events:publish");

        (await RespondsAsync(token)).Where(response => !response.Call.EndsWith("/events", StringComparison.Ordinal) && response.Status != 403)
            .Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<(string Call, int Status)>> RespondsAsync(string? token)
    {
        var responses = new List<(string, int)>();
        var routes = await PublishedRoutes.ReadAsync(service.Client);
        foreach (var (path, method, operation) in routes.Operations.Where(operation => !Open.Contains(operation.Path)))
        {
            using var response = await service.As(token).SendAsync(new HttpMethod(method), PublishedRoutes.Filled(path, operation));
            responses.Add(($"{method} {path}", (int)response.StatusCode));
        }

        responses.ShouldNotBeEmpty();
        return responses;
    }
}
