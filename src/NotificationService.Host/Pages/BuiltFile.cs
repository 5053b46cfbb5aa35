using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;

namespace NotificationService.Host.Pages;

/// <summary>A file for browsers in the forms in which it was built: as it is, and compressed where that was worth it. Its content gives it its name.</summary>
public sealed class BuiltFile
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";

    private static readonly FileExtensionContentTypeProvider Types = new();

    private readonly BuiltForm plain;
    private readonly BuiltForm? brotli;
    private readonly BuiltForm? gzip;

    private BuiltFile(string contentType, BuiltForm plain, BuiltForm? brotli, BuiltForm? gzip) =>
        (ContentType, this.plain, this.brotli, this.gzip) = (contentType, plain, brotli, gzip);

    public string ContentType { get; }

    public ReadOnlyMemory<byte> Content => plain.Bytes;

    /// <summary>Whether it is a compressed form of the file beside it.</summary>
    public static bool IsForm(string path) => Path.GetExtension(path) is ".br" or ".gz";

    public static BuiltFile Read(string path)
    {
        var content = File.ReadAllBytes(path);
        var name = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16));
        return new BuiltFile(TypeOf(path), new BuiltForm(Encoding: null, $"\"{name}\"", content), FormOf(path + ".br", Brotli, name), FormOf(path + ".gz", Gzip, name));
    }

    /// <summary>The smallest of those that the client takes.</summary>
    public BuiltForm FormFor(AcceptedEncodings accepted) =>
        brotli is not null && accepted.Allow(Brotli) ? brotli : gzip is not null && accepted.Allow(Gzip) ? gzip : plain;

    private static BuiltForm? FormOf(string path, string encoding, string name) => File.Exists(path) ? new BuiltForm(encoding, $"\"{name}-{encoding}\"", File.ReadAllBytes(path)) : null;

    private static string TypeOf(string path) => Types.TryGetContentType(path, out var type) ? IsText(type) ? $"{type}; charset=utf-8" : type : "application/octet-stream";

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal);
}

/// <summary>A file in one form.</summary>
/// <param name="Encoding">Null: as it is.</param>
/// <param name="Tag">Of this form: a cache that has another one has not this one.</param>
/// <param name="Bytes">All of it.</param>
public sealed record BuiltForm(string? Encoding, string Tag, ReadOnlyMemory<byte> Bytes);
