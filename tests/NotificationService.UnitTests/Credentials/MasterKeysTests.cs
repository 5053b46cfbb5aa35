using NotificationService.Credentials;

namespace NotificationService.UnitTests.Credentials;

public sealed class MasterKeysTests : IDisposable
{
    private const string Good = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"master-keys-{Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k1")]
    [InlineData(":" + Good)]
    [InlineData("k 1:" + Good)]
    [InlineData("k1:AQEB")]
    [InlineData("k1:not base64")]
    [InlineData("k1:" + Good + ",")]
    [InlineData("k1:" + Good + ",k1:" + Good)]
    [InlineData("k1:" + Good + "," + "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==")]
    public void A_mistake_is_named_without_repeating_a_key(string text) =>
        Should.Throw<FormatException>(() => MasterKeys.Parse(text)).Message.ShouldNotContain("AQEB");

    [Fact]
    public void Purposes_and_keys_give_unrelated_keys()
    {
        var keys = MasterKeys.Parse($"a:{Good},b:{Convert.ToBase64String(new byte[32])}");
        byte[][] derived = [keys.DeriveKey("one", "a"), keys.DeriveKey("two", "a"), keys.DeriveKey("one", "b")];

        derived.Select(Convert.ToHexString).ShouldBeUnique();
        derived.ShouldAllBe(key => key.Length == 32);
        keys.DeriveKey("one", "a").ShouldBe(derived[0]);
        keys.CurrentKeyId.ShouldBe("a");
    }

    [Fact]
    public async Task Processes_that_start_at_once_in_one_folder_agree_on_one_key_that_only_its_owner_reads()
    {
        // Threads of their own, all let go at once: two of them look before either has written.
        for (var time = 0; time < 50; time++)
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            using var start = new Barrier(8);
            var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return MasterKeys.LoadOrCreate(folder);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            keys.Select(one => Convert.ToHexString(one.DeriveKey("x", one.CurrentKeyId))).Distinct().Count().ShouldBe(1);
        }

        var file = Directory.GetFiles(folder).ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_damaged_file_is_said_and_not_replaced()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, MasterKeys.FileName), "local:damaged");

        Should.Throw<FormatException>(() => MasterKeys.LoadOrCreate(folder)).Message.ShouldContain(folder);
        File.ReadAllText(Path.Combine(folder, MasterKeys.FileName)).ShouldBe("local:damaged");
    }
}
