using NotificationService.Storage;

namespace NotificationService.Erasure;

/// <summary>What became of the erasure of a person. It says nothing of who it was.</summary>
/// <param name="Live">False: only what was of the test mode went.</param>
/// <param name="Digest">Keyed, of the tenant and the userId: of two erasures of the same person it is the same.</param>
/// <param name="Counts">How many of each kind went.</param>
/// <param name="Signature">Null until it is finished.</param>
public sealed record RecipientErasure(
    Guid Id, bool Live, string Digest, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, IReadOnlyDictionary<string, long> Counts, string? KeyId, string? Signature)
{
    /// <summary>What is signed: a line each for what it is, id, mode, digest and the two times, then one for each count in the order of their names.</summary>
    public string Text() => string.Join(
        '\n',
        (string[])
        [
            "recipient erasure", Id.ToString(), Live ? "live" : "test", Digest, Rfc3339.Text(RequestedAt), FinishedAt is { } end ? Rfc3339.Text(end) : "",
            .. Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"),
        ]);
}
