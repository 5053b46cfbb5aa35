using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>A tenant with a service account of each mode and its admin, and their calls to the directory.</summary>
internal sealed class DirectoryTenant
{
    public const string Root = "/api/v1/services/recipients";

    private DirectoryTenant(SignInService.Person admin, ApiClient person, ApiClient live, ApiClient test) => (Admin, Person, Live, Test) = (admin, person, live, test);

    public SignInService.Person Admin { get; }

    public ApiClient Person { get; }

    public ApiClient Live { get; }

    public ApiClient Test { get; }

    public static async Task<DirectoryTenant> CreateAsync(SignInService service)
    {
        var admin = await service.RegisterAsync();
        return new DirectoryTenant(admin, service.As(admin.AccessToken), await AccountAsync("live"), await AccountAsync("test"));

        async Task<ApiClient> AccountAsync(string mode)
        {
            var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "recipients:write", "notifications:send", "notifications:read" }, mode });
            return service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        }
    }

    public Task<JsonElement> KeepAsync(string userId, object body, HttpStatusCode expected = HttpStatusCode.Created) => Live.ReadAsync(HttpMethod.Put, $"{Root}/{userId}", body, expected);

    public Task<JsonElement> FindAsync(string userId) => Live.GetAsync($"{Root}/{userId}");

    public async Task<string> NoteDeviceAsync(string userId, string token) =>
        (await Live.ReadAsync(HttpMethod.Post, $"{Root}/{userId}/devices", new { kind = "fcm", token })).GetProperty("id").GetString()!;

    public async Task<string[]> UserIdsAsync(string query) => [.. (await Live.GetAsync($"{Root}?{query}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("userId").GetString()!)];
}
