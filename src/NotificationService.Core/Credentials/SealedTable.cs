using NotificationService.Storage;

namespace NotificationService.Credentials;

/// <summary>A table of encrypted secrets, as the module that keeps it names its statements.</summary>
/// <param name="Find">Those under an old key. $1 current key id, $2 tenant, $3 owner and $4 field after which it goes on, $5 most; answers tenant, owner, field and what is sealed.</param>
/// <param name="Reseal">Writes one anew, only if it is still as it was read. $1 tenant, $2 owner, $3 field, $4 as it was, $5 as it shall be, $6 its key id.</param>
/// <param name="Count">How many there are under each old key. $1 current key id.</param>
public sealed record SealedTable(string Find, string Reseal, string Count)
{
    /// <summary>Of statements that are named by the table.</summary>
    public static SealedTable Of(string find, string reseal, string count) => new(SqlText.Statement(find), SqlText.Statement(reseal), SqlText.Statement(count));
}
