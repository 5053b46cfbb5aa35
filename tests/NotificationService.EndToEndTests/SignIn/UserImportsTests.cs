using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>People invited from a file, row by row, each once.</summary>
public sealed class UserImportsTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/admin/users/csv";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Each_row_is_invited_or_says_what_is_wrong_with_it()
    {
        var admin = await service.RegisterAsync();
        var job = await UploadAsync(admin, $"""
            E-Mail,name,User ID,roles,groups
            bob@example.com,Bob,bob,operator|viewer,landlord|customer:42
            x,X,,,
            bob@example.com,Bob again,,,
            pat@example.com,Pat,,platform_admin,
            eve@example.com,Eve,,,
            """);

        var done = await DoneAsync(admin, job);

        (done.GetProperty("rows").GetInt32(), done.GetProperty("invited").GetInt32(), done.GetProperty("rejected").GetInt32()).ShouldBe((5, 2, 3));
        using var response = await service.GetAsync($"{Path}/{job}/results", admin.AccessToken);
        (await SignInService.ReadAsync(response)).GetProperty("items").EnumerateArray()
            .Select(item => $"{item.GetProperty("line")} {item.GetProperty("status")}{(item.TryGetProperty("errors", out var errors) ? $" {errors[0].GetProperty("pointer")} {errors[0].GetProperty("code")}" : "")}")
            .ShouldBe(["2 invited", "3 rejected /email email_invalid", "4 rejected /email email_taken", "5 rejected /roles forbidden", "6 invited"]);
        (await service.Database.QueryAsync<string>($"select concat_ws(' ', user_id = 'bob', array_to_string(roles, ','), array_to_string(groups, ',')) from users where tenant_id = '{admin.Tenant}' and invited_at is not null order by email"))
            .ShouldBe(["t operator,viewer landlord,customer:42", "f user "]);
        (await service.Database.ScalarAsync<long>($"select count(*) from user_import_rows where tenant_id = '{admin.Tenant}' and (email is not null or name is not null)")).ShouldBe(0);
    }

    [Fact]
    public async Task Five_hundred_are_invited_well_within_five_minutes_and_a_second_time_nobody()
    {
        var admin = await service.RegisterAsync();
        var file = "email,name\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"u{i}@example.com,User {i}\n"));

        var first = await DoneAsync(admin, await UploadAsync(admin, file));
        var second = await DoneAsync(admin, await UploadAsync(admin, file));

        first.GetProperty("invited").GetInt32().ShouldBe(500);
        (first.GetProperty("endedAt").GetDateTimeOffset() - first.GetProperty("createdAt").GetDateTimeOffset()).ShouldBeLessThan(TimeSpan.FromMinutes(5));
        (second.GetProperty("invited").GetInt32(), second.GetProperty("rejected").GetInt32()).ShouldBe((0, 500));
        (await service.Database.ScalarAsync<int>($"select sent from invitation_counts where tenant_id = '{admin.Tenant}'")).ShouldBe(500);
    }

    [Theory]
    [InlineData("name\nBob\n", "csv_column_missing")]
    [InlineData("email,name,age\na@example.com,A,7\n", "csv_mapping_invalid")]
    [InlineData("email,name,Name\na@example.com,A,B\n", "csv_column_duplicate")]
    [InlineData("email,name\n", "csv_empty")]
    public async Task A_file_that_is_none_of_people_is_refused_whole(string file, string code)
    {
        var admin = await service.RegisterAsync();

        using var response = await SendAsync(admin, file);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe(code);
        (await service.Database.ScalarAsync<long>($"select count(*) from user_imports where tenant_id = '{admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_too_large_or_no_form_is_refused()
    {
        var admin = await service.RegisterAsync();

        (await SendAsync(admin, "email,name\n" + new string('x', 1_100_000))).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await SendAsync(admin, "email,name\n" + string.Concat(Enumerable.Repeat("a@b.cc,A\n", 5_001)))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await service.PostAsync(Path, new { file = "email,name" }, admin.AccessToken)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Another_tenants_job_is_as_if_it_were_not_there()
    {
        var (mine, other) = (await service.RegisterAsync(), await service.RegisterAsync());
        var job = await UploadAsync(mine, "email,name\nbob@example.com,Bob\n");

        (await service.StatusAsync($"{Path}/{job}", other.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
        (await service.StatusAsync($"{Path}/{job}/results", other.AccessToken)).ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<JsonElement> DoneAsync(SignInService.Person admin, Guid job)
    {
        JsonElement shown = default;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await service.GetAsync($"{Path}/{job}", admin.AccessToken);
                shown = await SignInService.ReadAsync(response);
                return shown.GetProperty("status").GetString() == "completed";
            },
            Ample);
        return shown;
    }

    private async Task<Guid> UploadAsync(SignInService.Person admin, string file)
    {
        using var response = await SendAsync(admin, file);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("jobId").GetGuid();
    }

    private async Task<HttpResponseMessage> SendAsync(SignInService.Person admin, string file)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(file)), "file", "people.csv" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin.AccessToken);
        return await service.Client.SendAsync(request);
    }
}
