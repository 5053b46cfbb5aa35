using NotificationService.Storage;

namespace NotificationService.Ledger;

/// <summary>A stretch of time as whole hours, which are counted, and the parts of hours at its ends, whose deliveries are looked at.</summary>
/// <param name="FromHour">The first whole hour, in hours since 1970.</param>
/// <param name="BeforeHour">The first hour after the whole ones.</param>
/// <param name="Ends">The parts of hours, none or one or two.</param>
internal sealed record LedgerRange(DateTimeOffset Since, DateTimeOffset Until, int FromHour, int BeforeHour, IReadOnlyList<IdRange> Ends)
{
    /// <param name="since">Its beginning.</param>
    /// <param name="until">Its end; nothing was accepted at it or later if <paramref name="isOpen"/>.</param>
    /// <param name="isOpen">Whether it ends now.</param>
    public static LedgerRange Of(DateTimeOffset since, DateTimeOffset until, bool isOpen)
    {
        var (from, before) = (Ceiling(since), isOpen ? int.MaxValue : Floor(until));
        if (from > before)
            return new LedgerRange(since, until, 0, 0, [IdRange.Of(since, until)]);
        List<IdRange> ends = [];
        if (since < Time(from))
            ends.Add(IdRange.Of(since, Time(from)));
        if (!isOpen && Time(before) < until)
            ends.Add(IdRange.Of(Time(before), until));
        return new LedgerRange(since, until, from, before, ends);
    }

    /// <summary>The same with whole hours at both ends.</summary>
    public static LedgerRange Whole(DateTimeOffset since, DateTimeOffset until, bool isOpen)
    {
        var (from, before) = (Floor(since), Ceiling(until));
        return new LedgerRange(Time(from), isOpen ? until : Time(before), from, isOpen ? int.MaxValue : before, []);
    }

    private static int Floor(DateTimeOffset instant) => (int)(instant.ToUnixTimeMilliseconds() / (long)TimeSpan.MillisecondsPerHour);

    private static int Ceiling(DateTimeOffset instant) => Time(Floor(instant)) < instant ? Floor(instant) + 1 : Floor(instant);

    private static DateTimeOffset Time(int hour) => DateTimeOffset.UnixEpoch.AddHours(hour);
}
