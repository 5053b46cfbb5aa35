using System.Net;
using System.Text.Json;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>The second factor: asked for after the right password alone, good once, and nobody else's to lock.</summary>
[Collection(SignInCollection.Name)]
public sealed class TotpTests(SignInService service)
{
    private const string Path = "/api/v1/auth/totp";

    [Fact]
    public async Task A_log_in_needs_the_present_code_once_it_was_confirmed_and_each_code_is_good_once()
    {
        var ann = await service.RegisterAsync();
        var (secret, _) = await CreateAsync(ann);
        // Not asked for before it was confirmed.
        await service.LoginAsync(ann.Email, SignInService.Password);
        (await CodeOfAsync(HttpMethod.Post, $"{Path}/confirm", new { code = "000000" }, ann.AccessToken)).ShouldBe("code_invalid");
        (await StatusAsync(HttpMethod.Post, $"{Path}/confirm", new { code = Code(secret, -1) }, ann.AccessToken)).ShouldBe(HttpStatusCode.NoContent);

        (await LoginAsync(ann.Email, null)).ShouldBe((401, "totp_required"));
        (await LoginAsync(ann.Email, "000000")).ShouldBe((401, "totp_required"));
        (await LoginAsync(ann.Email, Code(secret, -1))).ShouldBe((401, "totp_required"));
        var code = Code(secret);
        (await LoginAsync(ann.Email, code)).Status.ShouldBe(200);
        (await LoginAsync(ann.Email, code)).ShouldBe((401, "totp_required"));
        (await CodeOfAsync(HttpMethod.Post, Path, null, ann.AccessToken)).ShouldBe("totp_active");
    }

    [Fact]
    public async Task Whoever_does_not_know_the_password_does_not_learn_of_the_second_factor_and_locks_nobody_out()
    {
        var (with, without) = (await service.RegisterAsync(), await service.RegisterAsync());
        var secret = await EnableAsync(with);

        for (var i = 0; i < 2 * 10; i++)
        {
            using var one = await service.PostAsync("/api/v1/auth/login", new { email = with.Email, password = "wrong password 1!", code = "000000" });
            using var other = await service.PostAsync("/api/v1/auth/login", new { email = without.Email, password = "wrong password 1!", code = "000000" });
            one.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await SignInService.BodyWithoutTraceAsync(one)).ShouldBe(await SignInService.BodyWithoutTraceAsync(other));
        }

        (await LoginAsync(with.Email, Code(secret))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Wrong_codes_after_the_right_password_are_limited_and_a_recovery_code_is_still_taken_once()
    {
        var ann = await service.RegisterAsync();
        var (secret, recovery) = await CreateAsync(ann);
        (await StatusAsync(HttpMethod.Post, $"{Path}/confirm", new { code = Code(secret, -1) }, ann.AccessToken)).ShouldBe(HttpStatusCode.NoContent);

        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
            statuses.Add((await LoginAsync(ann.Email, "000000")).Status);

        statuses.Count(status => status == 429).ShouldBe(2);
        (await LoginAsync(ann.Email, Code(secret))).Status.ShouldBe(429);
        (await LoginAsync(ann.Email, recovery[0].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal))).Status.ShouldBe(200);
        (await LoginAsync(ann.Email, recovery[0])).Status.ShouldBe(401);
        (await LoginAsync(ann.Email, "aaaa-bbbb-cccc-dddd")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task One_code_presented_many_times_at_once_signs_in_once()
    {
        var ann = await service.RegisterAsync();
        var secret = await EnableAsync(ann);
        var code = Code(secret);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => LoginAsync(ann.Email, code)));

        outcomes.Count(outcome => outcome.Status == 200).ShouldBe(1);
    }

    [Fact]
    public async Task The_second_factor_is_taken_away_by_a_code_and_by_nothing_else()
    {
        var ann = await service.RegisterAsync();
        var secret = await EnableAsync(ann);

        (await CodeOfAsync(HttpMethod.Delete, Path, new { code = "000000" }, ann.AccessToken)).ShouldBe("code_invalid");
        (await StatusAsync(HttpMethod.Delete, Path, new { code = Code(secret) }, ann.AccessToken)).ShouldBe(HttpStatusCode.NoContent);

        await service.LoginAsync(ann.Email, SignInService.Password);
        (await CodeOfAsync(HttpMethod.Delete, Path, new { code = "000000" }, ann.AccessToken)).ShouldBe("totp_missing");
    }

    [Fact]
    public async Task Neither_the_secret_nor_a_recovery_code_is_stored_in_plain_text()
    {
        var ann = await service.RegisterAsync();
        var (secret, recovery) = await CreateAsync(ann);

        var stored = await service.Database.ScalarAsync<string>(
            $"select encode(sealed, 'escape') || (select string_agg(encode(hash, 'escape'), '') from recovery_codes r where r.account_id = s.account_id) from totp_secrets s where account_id = '{ann.Id}'");
        stored.ShouldNotContain(Convert.ToHexString(secret), Case.Insensitive);
        stored.ShouldNotContain(recovery[0]);
        (await service.Database.ScalarAsync<long>($"select count(*) from recovery_codes where account_id = '{ann.Id}'")).ShouldBe(10);
    }

    private async Task<(byte[] Secret, IReadOnlyList<string> Recovery)> CreateAsync(SignInService.Person person)
    {
        var made = await service.As(person.AccessToken).ReadAsync(HttpMethod.Post, Path);
        var secret = made.GetProperty("secret").GetString()!;
        made.GetProperty("otpauthUri").GetString()!.ShouldContain($"secret={secret}&issuer=");
        return (FromBase32(secret), [.. made.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    /// <summary>Confirmed by the code of the step before, so that the present one is still good.</summary>
    private async Task<byte[]> EnableAsync(SignInService.Person person)
    {
        var (secret, _) = await CreateAsync(person);
        (await StatusAsync(HttpMethod.Post, $"{Path}/confirm", new { code = Code(secret, -1) }, person.AccessToken)).ShouldBe(HttpStatusCode.NoContent);
        return secret;
    }

    private static string Code(byte[] secret, int steps = 0) => Totp.Code(secret, Totp.StepOf(DateTimeOffset.UtcNow) + steps);

    private async Task<(int Status, string? Code)> LoginAsync(string email, string? code)
    {
        using var response = await service.PostAsync("/api/v1/auth/login", new { email, password = SignInService.Password, code });
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : (await SignInService.ReadAsync(response)).GetProperty("code").GetString());
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, object? body, string token)
    {
        using var response = await service.As(token).SendAsync(method, path, body);
        return response.StatusCode;
    }

    private async Task<string?> CodeOfAsync(HttpMethod method, string path, object? body, string token)
    {
        using var response = await service.As(token).SendAsync(method, path, body);
        var problem = await SignInService.ReadAsync(response);
        return (problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array ? errors[0] : problem).GetProperty("code").GetString();
    }

    internal static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => Convert.ToByte(new string(chunk), 2))];
    }
}
