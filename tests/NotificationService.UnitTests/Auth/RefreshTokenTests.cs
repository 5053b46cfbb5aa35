using NotificationService.Tenants;

namespace NotificationService.UnitTests.Auth;

public sealed class RefreshTokenTests
{
    private static readonly TenantId Tenant = new(new Guid("01900000-0000-7000-8000-0000000000aa"));
    private static readonly Guid SignIn = new("01900000-0000-7000-8000-0000000000bb");

    [Fact]
    public void It_reads_back_as_it_was_written()
    {
        var token = RefreshToken.New(Tenant, SignIn);

        var read = RefreshToken.Parse(token.ToString()).ShouldNotBeNull();

        read.Tenant.ShouldBe(Tenant);
        read.SignIn.ShouldBe(SignIn);
        read.FamilyHash.ShouldBe(token.FamilyHash);
        read.CurrentHash.ShouldBe(token.CurrentHash);
    }

    [Fact]
    public void The_next_one_is_of_the_same_family_and_another_secret()
    {
        var token = RefreshToken.New(Tenant, SignIn);
        var next = token.Next();

        next.FamilyHash.ShouldBe(token.FamilyHash);
        next.CurrentHash.ShouldNotBe(token.CurrentHash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nsr_")]
    [InlineData("nsr_AAAA")]
    [InlineData("nsr_!!!!")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AAAA")]
    public void What_is_none_is_not_read(string text) => RefreshToken.Parse(text).ShouldBeNull();

    [Fact]
    public void A_megabyte_is_not_read() => RefreshToken.Parse("nsr_" + new string('A', 1_000_000)).ShouldBeNull();
}
