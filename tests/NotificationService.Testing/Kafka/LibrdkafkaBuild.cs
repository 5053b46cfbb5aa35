using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace NotificationService.Testing.Kafka;

/// <summary>
/// librdkafka as the tests need it: with its mock brokers, and as new as the managed client. Built with gcc and make from the C source that npm's
/// <c>@confluentinc/kafka-javascript</c> carries, once for all test assemblies of this machine, in about a minute and a half. Without TLS and SASL.
/// </summary>
public static class LibrdkafkaBuild
{
    private const string Package = "@confluentinc/kafka-javascript@1.10.1"; // carries librdkafka 2.15.1

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "notification-librdkafka", "2.15.1");
    private static readonly SemaphoreSlim Gate = new(1, 1);

    /// <summary>The built library's file.</summary>
    public static async Task<string> GetAsync()
    {
        var library = Path.Combine(Folder, "librdkafka.so.1");
        await Gate.WaitAsync();
        try
        {
            Directory.CreateDirectory(Folder);
            if (File.Exists(library))
                return library;
            FileStream? turn = null;
            await Eventually.TrueAsync(() => TryLock(Path.Combine(Folder, "lock"), out turn), TimeSpan.FromMinutes(10));
            await using (turn)
            {
                if (!File.Exists(library))
                    await BuildAsync(library);
            }

            return library;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task BuildAsync(string library)
    {
        var work = Path.Combine(Folder, "build");
        if (Directory.Exists(work))
            Directory.Delete(work, recursive: true);
        Directory.CreateDirectory(work);
        await RunAsync(work, "npm", "pack", Package);
        await using (var file = File.OpenRead(Directory.GetFiles(work, "*.tgz").Single()))
        await using (var gzip = new GZipStream(file, CompressionMode.Decompress))
            await TarFile.ExtractToDirectoryAsync(gzip, work, overwriteFiles: true);
        var source = Path.Combine(work, "package", "deps", "librdkafka");
        await RunAsync(source, "sh", "configure", "--disable-ssl", "--disable-sasl", "--disable-gssapi", "--disable-curl", "--disable-zstd", "--disable-lz4-ext");
        await RunAsync(source, "make", $"-j{Environment.ProcessorCount}", "-C", "src", "librdkafka.so.1");
        File.Copy(Path.Combine(source, "src", "librdkafka.so.1"), library + ".unfinished", overwrite: true);
        File.Move(library + ".unfinished", library);
        Directory.Delete(work, recursive: true);
    }

    private static async Task RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}; gcc, make and npm are needed: {errors} {await output}");
    }

    private static bool TryLock(string file, out FileStream? turn)
    {
        try
        {
            turn = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            turn = null;
            return false;
        }
    }
}
