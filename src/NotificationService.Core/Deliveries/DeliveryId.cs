using NotificationService.Channels;
using NotificationService.Notifications;

namespace NotificationService.Deliveries;

/// <summary>A delivery's id: its notification's id with the channel in the last four bits.</summary>
public readonly record struct DeliveryId(Guid Value)
{
    public NotificationId Notification => new(WithLastBits(Value, 0));

    public ChannelKind Channel => (ChannelKind)(LastByte(Value) & 0xF);

    public override string ToString() => Value.ToString();

    internal static Guid WithLastBits(Guid id, byte bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[15] = (byte)((bytes[15] & 0xF0) | bits);
        return new Guid(bytes, bigEndian: true);
    }

    private static byte LastByte(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[15];
    }
}
