using System.Net;
using NotificationService.EndToEndTests.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>Every published call as nobody and as somebody who may not.</summary>
[Collection(SignInCollection.Name)]
public sealed class EveryRouteTests(SignInService service)
{
    private static readonly string[] Open =
    [
        "/oauth/token", "/api/v1/auth/register-tenant", "/api/v1/auth/login", "/api/v1/auth/refresh-token", "/api/v1/auth/logout",
        "/api/v1/auth/confirm-email", "/api/v1/auth/forgot-password", "/api/v1/auth/reset-password", "/api/v1/auth/accept-invitation",
        "/api/v1/admin/tenant-erasures/{id}",
    ];

    private const string EndlessStream = "/api/v1/users/me/events";

    /// <summary>Whoever has signed in may, whatever the role.</summary>
    private static readonly string[] OfPeople = ["/users/me", "/api/v1/auth/"];

    [Fact]
    public async Task Without_a_token_every_call_but_those_of_sign_in_is_refused() =>
        (await RespondsAsync(token: null)).Where(response => response.Status != 401).Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();

    [Fact]
    public async Task A_person_without_a_role_for_it_is_refused_by_every_call_of_services_and_admins()
    {
        var ann = await service.LoginAsync("ann@demo.test", "Demo-user-1!");

        (await RespondsAsync(ann.AccessToken)).Where(response => !OfPeople.Any(path => response.Call.Contains(path, StringComparison.Ordinal)) && response.Status != 403)
            .Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_account_with_another_scope_is_refused_by_every_call()
    {
        var token = await service.TokenAsync("demo-service", "demo-service-secret", "events:publish");

        (await RespondsAsync(token)).Where(response => !response.Call.EndsWith("services/events", StringComparison.Ordinal) && !response.Call.EndsWith("services/presence", StringComparison.Ordinal) && !response.Call.EndsWith("services/typing", StringComparison.Ordinal) && response.Status != 403)
            .Select(response => $"{response.Call}: {response.Status}").ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<(string Call, int Status)>> RespondsAsync(string? token)
    {
        var responses = new List<(string, int)>();
        var routes = await PublishedRoutes.ReadAsync(service.Client);
        foreach (var (path, method, operation) in routes.Operations.Where(operation => !Open.Contains(operation.Path)))
        {
            using var response = path == EndlessStream ? await OpenAsync(token) : await service.As(token).SendAsync(new HttpMethod(method), PublishedRoutes.Filled(path, operation));
            responses.Add(($"{method} {path}", (int)response.StatusCode));
        }

        responses.ShouldNotBeEmpty();
        return responses;
    }

    /// <summary>Up to its headers.</summary>
    private async Task<HttpResponseMessage> OpenAsync(string? token)
    {
        using var client = new HttpClient { BaseAddress = service.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(EndlessStream, UriKind.Relative));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
