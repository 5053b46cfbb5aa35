using Microsoft.Extensions.Options;
using NotificationService.Host.Auth;
using NotificationService.RateLimits;

namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// The bytes of request bodies that this process holds, bounded. Callers who are signed in, callers who are not, and files on their way have a pool
/// each, so that none of them can use up what the others need.
/// </summary>
public sealed class BodyBudget
{
    private const string Metric = "notification_http_body_bytes";

    private readonly BodyPool signedIn;
    private readonly BodyPool anonymous;
    private readonly UploadAdmission uploads;

    public BodyBudget(IOptions<BodyOptions> options, TimeProvider time)
    {
        var bytes = options.Value.Bytes;
        (signedIn, anonymous, uploads) = (new BodyPool(bytes / 6 * 4), new BodyPool(bytes / 6), new UploadAdmission(new BodyPool(bytes / 6), time));
        Telemetry.Telemetry.Meter.CreateObservableGauge<long>(Metric, Measure, description: "Bytes of request bodies in flight that this process holds.");
    }

    /// <summary>What all pools hold together.</summary>
    public long Held => signedIn.Held + anonymous.Held + uploads.Held;

    /// <summary>For the body of a request, which holds nothing yet. The owner is the caller's tenant, or where nobody is signed in the network address.</summary>
    internal HeldBytes Open(HttpContext context) => context.User.Identity is CallerIdentity identity
        ? new HeldBytes(signedIn, identity.Caller.Tenant.Value)
        : new HeldBytes(anonymous, RateLimiter.SubjectOf(context.Connection.RemoteIpAddress));

    /// <summary>For a file that is worked on while it comes.</summary>
    internal IncomingUpload OpenUpload(Guid tenant) => uploads.Open(tenant);

    private IEnumerable<System.Diagnostics.Metrics.Measurement<long>> Measure() =>
    [
        new(signedIn.Held, new KeyValuePair<string, object?>("pool", "signed_in")),
        new(anonymous.Held, new KeyValuePair<string, object?>("pool", "anonymous")),
        new(uploads.Held, new KeyValuePair<string, object?>("pool", "uploads")),
    ];
}
