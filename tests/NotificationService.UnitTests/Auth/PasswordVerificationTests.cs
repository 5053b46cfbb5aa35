using Microsoft.AspNetCore.Identity;
using NotificationService.Host.Auth;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

/// <summary>Time must not show how many users an address has, nor which of them the password fits.</summary>
public sealed class PasswordVerificationTests
{
    private static readonly SignInSource Source = new(Guid.Empty, "person");

    private readonly HashingLimiter limiter = new();
    private readonly CountingHasher hasher = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    [InlineData(5, 5)]
    public async Task However_many_users_there_are_and_fit_each_place_costs_one_verification(int there, int fitting)
    {
        var candidates = Enumerable.Range(0, SignInCandidates.MaxTenants).Select(i => i < there ? Of(i < fitting ? "right" : "other") : null).ToList();
        var verification = new PasswordVerification(hasher, limiter, new PasswordOfNobody(hasher));

        var found = await verification.FittingAsync(Source, candidates, "right", CancellationToken.None);

        found.Count.ShouldBe(fitting);
        hasher.Verified.ShouldBe(SignInCandidates.MaxTenants);
    }

    [Fact]
    public async Task Who_has_no_password_yet_is_not_let_in_by_any()
    {
        var verification = new PasswordVerification(hasher, limiter, new PasswordOfNobody(hasher));

        (await verification.FittingAsync(Source, [Of(null)], "", CancellationToken.None)).ShouldBeEmpty();
        hasher.Verified.ShouldBe(1);
    }

    private static User Of(string? password) => new()
    {
        Id = Guid.NewGuid(),
        TenantId = new TenantId(Guid.NewGuid()),
        UserId = "ann",
        Email = "ann@example.com",
        NormalizedEmail = "ANN@EXAMPLE.COM",
        Name = "Ann",
        Roles = [],
        SecurityStamp = "",
        PasswordHash = password,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private sealed class CountingHasher : IPasswordHasher<User>
    {
        public int Verified { get; private set; }

        public string HashPassword(User user, string password) => password;

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
        {
            Verified++;
            return hashedPassword == providedPassword ? PasswordVerificationResult.Success : PasswordVerificationResult.Failed;
        }
    }
}
