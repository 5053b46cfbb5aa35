using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.Http;

/// <summary>What a caller learns about a recipient whom only the user service knows, and about whom it says nothing.</summary>
public sealed class UserServiceTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Who_may_be_answered_for_later_is_a_503_and_who_is_refused_is_the_callers_to_correct()
    {
        await using var users = await UsersAsync();
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var service = await ServiceInProcess.StartAsync(connectionString, ("Notification__UserService__BaseUrl", users.Urls.Single()));
        var api = await new ApiClient(service.Client).DemoServiceAsync();

        using var later = await SendAsync("broken");
        using var refused = await SendAsync("refused");
        using var known = await SendAsync("known");

        later.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, await later.Content.ReadAsStringAsync());
        later.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, await refused.Content.ReadAsStringAsync());
        var error = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("pointer").GetString().ShouldBe("/recipient/userId");
        error.GetProperty("code").GetString().ShouldBe("recipient_unavailable");
        known.StatusCode.ShouldBe(HttpStatusCode.Accepted, await known.Content.ReadAsStringAsync());
        await using var source = NpgsqlDataSource.Create(cluster.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(connectionString).Database!));
        await using var count = source.CreateCommand("select count(*) from notifications");
        (await count.ExecuteScalarAsync()).ShouldBe(1L, "only the one that was accepted is stored");

        Task<HttpResponseMessage> SendAsync(string userId) =>
            api.SendNotificationAsync(new { channel = "email", recipient = new { userId }, content = new { subject = "Hello", text = "Hello" } });
    }

    private static async Task<WebApplication> UsersAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var users = builder.Build();
        users.MapGet("/users/{id}", (string id) => id switch
        {
            "known" => Results.Json(new { email = "known@example.com" }),
            "refused" => Results.StatusCode(422),
            _ => Results.StatusCode(500),
        });
        await users.StartAsync();
        return users;
    }
}
