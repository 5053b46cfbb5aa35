using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Tenants;

/// <summary>
/// How often something failed, by a key that callers choose, in memory that never grows: each key has one cell in each of a few rows, a cell holds
/// when it is good again (GCRA), and the most lenient cell decides, so that two keys are taken for one only where all their cells meet.
/// </summary>
/// <param name="burst">Failures in a row.</param>
/// <param name="every">One more after each of these.</param>
public sealed class FailureCounts(int burst, TimeSpan every, TimeProvider time)
{
    private const int Rows = 4;
    private const int CellsOfRow = 16 * 1024;

    private readonly Lock sync = new();
    private readonly long[] goodAgain = new long[Rows * CellsOfRow];
    private readonly byte[] seed = RandomNumberGenerator.GetBytes(32);

    /// <summary>Counts one, unless the key has failed too often already.</summary>
    public bool TryCount(string key)
    {
        Span<int> cells = stackalloc int[Rows];
        Find(key, cells);
        var now = time.GetUtcNow().UtcTicks;
        lock (sync)
        {
            var earliest = long.MaxValue;
            foreach (var cell in cells)
                earliest = Math.Min(earliest, Math.Max(now, goodAgain[cell]));
            if (earliest + every.Ticks > now + (burst * every.Ticks))
                return false;
            foreach (var cell in cells)
                goodAgain[cell] = Math.Max(now, goodAgain[cell]) + every.Ticks;
            return true;
        }
    }

    /// <summary>It was no failure after all.</summary>
    public void TakeBack(string key)
    {
        Span<int> cells = stackalloc int[Rows];
        Find(key, cells);
        lock (sync)
        {
            foreach (var cell in cells)
                goodAgain[cell] -= every.Ticks;
        }
    }

    /// <summary>By a hash that nobody outside can work out, so that nobody can aim at another's cells.</summary>
    private void Find(string key, Span<int> cells)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(seed, Encoding.UTF8.GetBytes(key), hash);
        for (var row = 0; row < Rows; row++)
            cells[row] = (row * CellsOfRow) + (int)(BitConverter.ToUInt32(hash[(row * sizeof(uint))..]) % CellsOfRow);
    }
}
