using FsCheck;
using FsCheck.Fluent;
using NotificationService.Credentials;
using NotificationService.Tenants;

namespace NotificationService.UnitTests.Credentials;

public sealed class CredentialVaultTests
{
    private static readonly CredentialAddress Address = new(new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), "apiKey");

    private readonly CredentialVault vault = new(MasterKeys.Parse(Key("k1", 1)));

    [Theory]
    [InlineData("")]
    [InlineData("SG.0123456789")]
    [InlineData("пароль 🎁\r\n\0")]
    public void What_was_sealed_opens_at_its_place(string secret) => Opened(vault.Seal(secret, Address)).ShouldBe(secret);

    [Fact]
    public void The_same_secret_is_never_sealed_the_same() => vault.Seal("secret", Address).ShouldNotBe(vault.Seal("secret", Address));

    [Fact]
    public void Another_tenant_provider_or_field_opens_nothing()
    {
        var bytes = vault.Seal("secret", Address);
        CredentialAddress[] others =
        [
            Address with { Tenant = new TenantId(Address.Owner) }, Address with { Owner = Address.Tenant.Value }, Address with { Field = "apiKey2" },
            Address with { Field = "" }, new(new TenantId(Address.Owner), Address.Tenant.Value, Address.Field),
        ];
        foreach (var other in others)
            vault.Open(bytes, other).ShouldBeOfType<OpenedCredential.Unreadable>();
    }

    [Fact]
    public void No_changed_bit_and_no_missing_byte_goes_unnoticed()
    {
        var bytes = vault.Seal("a secret of some length", Address);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            vault.Open(changed, Address).ShouldBeOfType<OpenedCredential.Unreadable>();
        }

        for (var length = 0; length < bytes.Length; length++)
            vault.Open(bytes.AsSpan(0, length), Address).ShouldBeOfType<OpenedCredential.Unreadable>();
    }

    [Fact]
    public void Bytes_of_any_kind_are_unreadable_and_no_exception() =>
        Prop.ForAll<byte[]>(bytes => vault.Open(bytes, Address) is OpenedCredential.Unreadable).QuickCheckThrowOnFailure();

    [Fact]
    public void A_key_of_the_same_name_with_other_bytes_opens_nothing() =>
        new CredentialVault(MasterKeys.Parse(Key("k1", 2))).Open(vault.Seal("secret", Address), Address).ShouldBeOfType<OpenedCredential.Unreadable>();

    [Fact]
    public void The_first_key_seals_and_every_key_opens()
    {
        var both = new CredentialVault(MasterKeys.Parse($"{Key("k2", 2)},{Key("k1", 1)}"));

        both.Open(vault.Seal("old", Address), Address).ShouldBeOfType<OpenedCredential.Readable>().Secret.ShouldBe("old");
        vault.Open(both.Seal("new", Address), Address).ShouldBeOfType<OpenedCredential.Unreadable>().Reason.ShouldContain("does not have");
    }

    [Fact]
    public void Nothing_that_can_be_logged_shows_a_secret()
    {
        var keys = MasterKeys.Parse(Key("k1", 65));
        keys.ToString().ShouldBe("master keys k1");
        vault.Open(vault.Seal("canary", Address), Address).ToString().ShouldNotContain("canary");
        vault.Open([1, 2, 3], Address).ToString().ShouldNotContain("canary");
    }

    private string Opened(byte[] bytes) => vault.Open(bytes, Address).ShouldBeOfType<OpenedCredential.Readable>().Secret;

    private static string Key(string id, byte value) => $"{id}:{Convert.ToBase64String([.. Enumerable.Repeat(value, 32)])}";
}
