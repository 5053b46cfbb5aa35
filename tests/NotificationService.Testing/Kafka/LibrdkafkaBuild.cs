using System.Formats.Tar;
using System.IO.Compression;

namespace NotificationService.Testing.Kafka;

/// <summary>
/// librdkafka as the tests need it: with its mock brokers, and as new as the managed client. Built with gcc and make from the C source that npm's
/// <c>@confluentinc/kafka-javascript</c> carries, once for all test assemblies of this machine, in half a minute of processor time: without optimization, TLS and SASL.
/// </summary>
public static class LibrdkafkaBuild
{
    private const string Package = "@confluentinc/kafka-javascript@1.10.1"; // carries librdkafka 2.15.1

    private static readonly Lazy<Task<string>> Library = new(BuildOnceAsync);

    /// <summary>The built library's file.</summary>
    public static Task<string> GetAsync() => Library.Value;

    private static async Task<string> BuildOnceAsync() =>
        Path.Combine(await OncePerMachine.GetAsync("librdkafka-2.15.1", BuildAsync), "librdkafka.so.1");

    private static async Task BuildAsync(string folder)
    {
        await Tool.RunAsync(folder, "npm", ["pack", Package]);
        await using (var file = File.OpenRead(Directory.GetFiles(folder, "*.tgz").Single()))
        await using (var gzip = new GZipStream(file, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(gzip, folder, overwriteFiles: true);
        var source = Path.Combine(folder, "package", "deps", "librdkafka");
        // The script is written for bash; on Debian sh is dash, which does not run it.
        await Tool.RunAsync(source, "bash", ["configure", "--disable-optimization", "--disable-ssl", "--disable-sasl", "--disable-gssapi", "--disable-curl", "--disable-zstd", "--disable-lz4-ext"]);
        await Tool.RunAsync(source, "make", [$"-j{Environment.ProcessorCount}", "-C", "src", "librdkafka.so.1"]);
        File.Copy(Path.Combine(source, "src", "librdkafka.so.1"), Path.Combine(folder, "librdkafka.so.1"));
        Directory.Delete(Path.Combine(folder, "package"), recursive: true);
    }
}
