using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Deliveries.Devices;

/// <summary>Where one of several devices of a push stands.</summary>
/// <param name="Device">The first 12 hexadecimal digits of the SHA-256 of its token: the same for every push to it, and no way back to the token.</param>
/// <param name="Attempts">Provider calls for it since the delivery was accepted or put back by hand.</param>
/// <param name="Code">Of its last call, where that was not accepted; at most 100 characters.</param>
/// <param name="IsAmbiguous">Some call for it may have gone out without our knowing.</param>
/// <param name="NextAttemptAt">When it is called next; null once nothing more is done for it.</param>
public sealed record DeviceState(string Device, DeviceOutcome Outcome, int Attempts, string? Code, bool IsAmbiguous, DateTimeOffset? NextAttemptAt)
{
    /// <summary>The stored instant is rounded to a microsecond.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    public bool IsPending => NextAttemptAt is not null;

    public bool IsDue(DateTimeOffset now) => NextAttemptAt is { } next && next <= now + Rounding;

    public static string NameOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 6));

    /// <summary>Nothing more is done for it.</summary>
    public DeviceState GiveUp() => IsPending
        ? this with { Outcome = Outcome == DeviceOutcome.Ambiguous ? Outcome : DeviceOutcome.GivenUp, NextAttemptAt = null }
        : this;
}
