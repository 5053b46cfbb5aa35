namespace NotificationService.Credentials;

/// <summary>What came of opening a sealed credential.</summary>
public abstract record OpenedCredential
{
    private OpenedCredential()
    {
    }

    public sealed record Readable(string Secret) : OpenedCredential
    {
        /// <summary>A secret stays out of logs and exceptions.</summary>
        public override string ToString() => "a readable credential";
    }

    /// <param name="Reason">In plain words, without any of the content.</param>
    /// <param name="IsKeyMissing">Another process may have the master key that this one has not.</param>
    public sealed record Unreadable(string Reason, bool IsKeyMissing = false) : OpenedCredential;
}
