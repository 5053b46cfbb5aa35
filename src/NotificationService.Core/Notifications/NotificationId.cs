using System.Buffers.Binary;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>
/// A notification's id: a UUIDv7 whose last four bits are zero. Its deliveries' ids are the same value with the
/// channel in those bits, so that a notification's deliveries stand next to each other in the primary key of
/// <c>deliveries</c> and need no second index (docs/decisions/0003-delivery-ids.md).
/// </summary>
public readonly record struct NotificationId(Guid Value)
{
    /// <summary>Fourteen bits are left for the index.</summary>
    public const int MaxTogether = 1 << 14;

    /// <summary>Clears the last four bits of a fresh UUIDv7.</summary>
    public static NotificationId From(Guid fresh) => new(DeliveryId.WithLastBits(fresh, 0));

    /// <summary>The first of up to <see cref="MaxTogether"/> that are made at once: the others are <see cref="At"/>.</summary>
    public static NotificationId FirstOfMany(Guid fresh)
    {
        Span<byte> bytes = stackalloc byte[16];
        fresh.TryWriteBytes(bytes, bigEndian: true, out _);
        (bytes[13], bytes[14], bytes[15]) = ((byte)(bytes[13] & 0xFC), 0, 0);
        return new NotificationId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>That of an item by its index, from 0; of ids that were made at once, whoever knows the first knows all.</summary>
    public NotificationId At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MaxTogether);
        Span<byte> bytes = stackalloc byte[16];
        Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var end = bytes[12..];
        BinaryPrimitives.WriteUInt32BigEndian(end, BinaryPrimitives.ReadUInt32BigEndian(end) | ((uint)index << 4));
        return new NotificationId(new Guid(bytes, bigEndian: true));
    }

    public DeliveryId Delivery(ChannelKind channel) => new(DeliveryId.WithLastBits(Value, (byte)channel));

    /// <summary>The largest id a delivery of this notification can have.</summary>
    public Guid LastDelivery => DeliveryId.WithLastBits(Value, 0xF);

    /// <summary>When it was made, to the millisecond: a UUIDv7 begins with it (RFC 9562, 5.7).</summary>
    public DateTimeOffset CreatedAt
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
        }
    }

    public override string ToString() => Value.ToString();
}
