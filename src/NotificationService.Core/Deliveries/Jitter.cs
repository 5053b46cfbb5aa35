using System.Buffers.Binary;

namespace NotificationService.Deliveries;

/// <summary>Jitter that is the same every time: computed from a delivery's id, whose low bits are random, and a number. So a decision can be explained afterwards.</summary>
public static class Jitter
{
    /// <summary>64 bits.</summary>
    public static ulong Bits(DeliveryId delivery, int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        delivery.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var mixed = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) + ((ulong)number * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Fraction(DeliveryId delivery, int number) => (Bits(delivery, number) >> 11) * (1.0 / (1UL << 53));
}
