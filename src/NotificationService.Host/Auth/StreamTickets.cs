using System.Buffers.Binary;
using System.Buffers.Text;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>
/// Tickets by which a browser opens a stream, because its EventSource and WebSocket send no headers: good for half a minute, once, at every node. A ticket holds the
/// caller's token, sealed, and nothing is stored before it is used. So no token ever stands in an address, where logs and histories keep it.
/// </summary>
public sealed class StreamTickets(CredentialVault vault, Database database, Ids ids, TimeProvider time)
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(30);

    /// <summary>Of a ticket: a token, sealed, and two ids.</summary>
    private const int Longest = 8_192;

    private const string Field = "stream ticket";
    private const int HeaderBytes = 32;

    private static readonly Statement Use = Statement.Load("stream_tickets_use");
    private static readonly Column UsedId = Use.Column("id");

    public string Issue(TenantId tenant, string token)
    {
        var id = ids.Next();
        var secret = vault.Seal(token, new CredentialAddress(tenant, id, Field));
        var bytes = new byte[HeaderBytes + secret.Length];
        tenant.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        id.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        secret.CopyTo(bytes, HeaderBytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The token, or null where the ticket is not good, or was used before.</summary>
    public async Task<string?> RedeemAsync(string ticket, CancellationToken cancellationToken)
    {
        if (Open(ticket) is not var (tenant, id, token))
            return null;
        var isFirst = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Use.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("expires_at", time.GetUtcNow() + GoodFor)));
        await batch.CommitAsync(row => isFirst = row.GetGuid(UsedId) == id, cancellationToken);
        return isFirst ? token : null;
    }

    private (TenantId Tenant, Guid Id, string Token)? Open(string ticket)
    {
        if (ticket.Length > Longest || !Base64Url.IsValid(ticket))
            return null;
        var bytes = Base64Url.DecodeFromChars(ticket);
        if (bytes.Length <= HeaderBytes)
            return null;
        var (tenant, id) = (new TenantId(new Guid(bytes.AsSpan(0, 16), bigEndian: true)), new Guid(bytes.AsSpan(16, 16), bigEndian: true));
        // A UUIDv7 begins with the milliseconds; it is sealed with the token, so that nobody can give a ticket another time.
        var issued = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(16)) >>> 16);
        var age = time.GetUtcNow() - issued;
        return age < GoodFor && age > -GoodFor && vault.Open(bytes.AsSpan(HeaderBytes), new CredentialAddress(tenant, id, Field)) is OpenedCredential.Readable { Secret: var token }
            ? (tenant, id, token)
            : null;
    }
}

/// <summary>What a route says that takes <c>?ticket=</c> in place of the header <c>Authorization</c>.</summary>
public sealed record TakesStreamTicket;
