using System.Globalization;
using System.Net;

namespace NotificationService.Host.Configuration;

/// <summary>
/// <c>Notification:ManagementPort</c>: a port for the machines that watch the service, beside the one for its callers. With it <c>/metrics</c> is answered
/// only there, health on both, and there nothing else. What counts is the port that the connection came in on, not the Host header, which a caller writes.
/// </summary>
/// <param name="Number">1–65535; null: there is none, and everything is on the service's own addresses.</param>
public sealed record ManagementPort(int? Number)
{
    public const string Setting = "Notification:ManagementPort";

    private const string Metrics = "/metrics";

    private static readonly PathString[] Own = ["/health", Metrics];

    /// <exception cref="StartupException">It is no port.</exception>
    public static ManagementPort Read(IConfiguration configuration) => configuration[Setting] switch
    {
        null or "" => new ManagementPort(Number: null),
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= IPEndPoint.MaxPort => new ManagementPort(number),
        var text => throw new StartupException($"Notification__ManagementPort is '{text}', which is no port from 1 to {IPEndPoint.MaxPort}"),
    };

    /// <summary>The service's addresses and this one, on the host of the first of them.</summary>
    public string Beside(string addresses)
    {
        if (Number is not { } number)
            return addresses;
        var first = addresses.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? ListenAddresses.Default;
        var parsed = ListenAddresses.Parse(first);
        if (parsed.Port == number)
            throw new StartupException($"Notification__ManagementPort is {number}, which is the port of {first}: choose another");
        return $"{addresses};http://{(parsed.IsUnixPipe ? "localhost" : parsed.Host)}:{number.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Whether a path is answered on the port that a connection came in on.</summary>
    public bool Serves(int localPort, PathString path) => Number is not { } number
        || (localPort == number ? Array.Exists(Own, own => IsBelow(path, own)) : !IsBelow(path, Metrics));

    private static bool IsBelow(PathString path, PathString own) => path.StartsWithSegments(own, StringComparison.OrdinalIgnoreCase);
}
