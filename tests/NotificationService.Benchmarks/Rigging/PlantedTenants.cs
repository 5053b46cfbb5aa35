using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace NotificationService.Benchmarks.Rigging;

/// <summary>
/// Very many tenants. Their rows and those of their service accounts are planted, with a secret whose hash is cheap: to register and sign in costs a tenth of a second of hashing each; what
/// they send goes in over the API, under a token of each.
/// </summary>
internal static class PlantedTenants
{
    private const string Plant =
        """
        with one as (select * from service_accounts where tenant_id = '$tenant' limit 1),
        planted as (insert into tenants (tenant_id, key, name) select gen_random_uuid(), '$key-' || g, '$key-' || g from generate_series(1, $count) g returning tenant_id, key)
        insert into service_accounts (id, tenant_id, client_id, name, scopes, live, secret_hash, ip_allow_list, created_at)
        select gen_random_uuid(), planted.tenant_id, planted.key, one.name, one.scopes, one.live, '$hash', one.ip_allow_list, now() from planted, one
        """;

    private const string Secret = "a secret of very many";

    /// <summary>A token of each.</summary>
    public static async Task<IReadOnlyList<string>> AddAsync(BenchService service, string key, int count)
    {
        await service.ExecuteAsync(Plant.Replace("$tenant", service.Tenant.Id.ToString()).Replace("$key", key).Replace("$count", count.ToString()).Replace("$hash", HashOf(Secret)));
        var tokens = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (number, _) => tokens.Add(await BenchTenant.SignInAsync(service.Api.Client, $"{key}-{number}", Secret)));
        return [.. tokens];
    }

    /// <summary>As ASP.NET Core Identity stores it, in its third format, after one iteration of PBKDF2 with SHA-512.</summary>
    private static string HashOf(string secret)
    {
        var hash = new byte[13 + 16 + 32];
        hash[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(5), 1);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(9), 16);
        Rfc2898DeriveBytes.Pbkdf2(secret, hash.AsSpan(13, 16), hash.AsSpan(29), 1, HashAlgorithmName.SHA512);
        return Convert.ToBase64String(hash);
    }
}
