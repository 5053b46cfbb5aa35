namespace NotificationService.BulkJobs;

/// <summary>A file whose rows are all staged, and nothing of it sent. Given up when it is disposed of before it was submitted.</summary>
public sealed class StagedFile : IAsyncDisposable
{
    internal StagedFile(BulkUpload upload, IReadOnlyList<string> headers, string sha256Hex, long bytes) =>
        (Upload, Headers, Sha256Hex, Bytes) = (upload, headers, sha256Hex, bytes);

    /// <summary>Of the bytes as they came.</summary>
    public string Sha256Hex { get; }

    internal BulkUpload Upload { get; }

    internal IReadOnlyList<string> Headers { get; }

    internal long Bytes { get; }

    public async ValueTask DisposeAsync()
    {
        if (!Upload.IsStaged)
            await Upload.RefuseAsync("upload_refused", "the file was not taken; nothing was sent", CancellationToken.None);
    }
}
