using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NotificationService.Kafka;

/// <summary>
/// Finds librdkafka, the native library that Confluent.Kafka is a binding of: the file that a setting names; else librdkafka.redist's, if that package
/// lies beside the service; else the operating system's.
/// </summary>
public static class LibrdkafkaLibrary
{
    private const string Binding = "librdkafka";

    /// <summary>The binding's consumer asks for these, which came with librdkafka 2.1.</summary>
    private static readonly string[] Needed = ["rd_kafka_topic_partition_get_leader_epoch", "rd_kafka_topic_partition_set_leader_epoch"];

    private static readonly Lock Sync = new();
    private static IntPtr found;
    private static string? foundAt;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionFunction();

    /// <summary>Null when it is there and recent enough; else what is wrong, in one line.</summary>
    public static string? Find(string? path)
    {
        lock (Sync)
        {
            if (found != IntPtr.Zero)
                return path is { Length: > 0 } && path != foundAt ? $"librdkafka is loaded already, and not from {path}" : null;
            foreach (var candidate in path is { Length: > 0 } ? [path] : Candidates())
            {
                if (!NativeLibrary.TryLoad(candidate, out var library))
                    continue;
                if (Needed.FirstOrDefault(name => !NativeLibrary.TryGetExport(library, name, out _)) is { } missing)
                    return $"{candidate} is librdkafka {VersionOf(library)}, and 2.1 or newer is needed ({missing} is missing): install a newer one and name it by Notification__Kafka__LibraryPath";
                NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Resolve);
                (found, foundAt) = (library, candidate);
                return null;
            }

            return path is { Length: > 0 }
                ? $"Notification__Kafka__LibraryPath names {path}, which is no library that can be loaded"
                : "Kafka is configured and librdkafka is not on this machine: install librdkafka 2.1 or newer, or name its file by Notification__Kafka__LibraryPath";
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search) => name == Binding ? found : IntPtr.Zero;

    private static IEnumerable<string> Candidates()
    {
        var file = OperatingSystem.IsWindows() ? "librdkafka.dll" : OperatingSystem.IsMacOS() ? "librdkafka.dylib" : "librdkafka.so";
        yield return Path.Combine(AppContext.BaseDirectory, file);
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native", file);
        yield return OperatingSystem.IsWindows() ? file : OperatingSystem.IsMacOS() ? "librdkafka.1.dylib" : "librdkafka.so.1";
    }

    /// <summary>0xMMmmrrpp.</summary>
    private static string VersionOf(IntPtr library)
    {
        if (!NativeLibrary.TryGetExport(library, "rd_kafka_version", out var function))
            return "of an unknown version";
        var version = Marshal.GetDelegateForFunctionPointer<VersionFunction>(function)();
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 24}.{(version >> 16) & 0xFF}.{(version >> 8) & 0xFF}");
    }
}
