using NotificationService.Queueing;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>Exports that are being fetched at this process. A tenant has one place, and loses it when its reader does not take what it is given: so nobody keeps the others waiting.</summary>
public sealed class TenantExportPlaces(TimeProvider time)
{
    /// <summary>Each holds a page of rows in memory.</summary>
    public const int Max = 4;

    public const int MaxOfTenant = 1;

    /// <summary>For a page of fifty rows to be taken.</summary>
    public static readonly TimeSpan LongestPage = TimeSpan.FromSeconds(30);

    private readonly InFlight<TenantId> ofTenant = new(MaxOfTenant);
    private readonly InFlight<bool> ofAll = new(Max);

    /// <summary>A place, to be disposed of when the fetch ends; or what is wrong.</summary>
    public (IDisposable? Place, string? Refusal) TryEnter(TenantId tenant)
    {
        if (ofTenant.TryEnter(tenant) is not { } own)
            return (null, "An export of this tenant is being fetched. Wait until it ends.");
        if (ofAll.TryEnter(true) is { } one)
            return (new Place(own, one), null);
        own.Dispose();
        return (null, "Others are being fetched. Come again in a minute.");
    }

    /// <summary>Gives a reader page after page. False: it has not taken one of them in time.</summary>
    public async Task<bool> SendAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pages, Stream reader, CancellationToken cancellationToken)
    {
        await foreach (var page in pages)
        {
            using var patience = new CancellationTokenSource(LongestPage, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                await reader.WriteAsync(page, either.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Place(IDisposable own, IDisposable one) : IDisposable
    {
        public void Dispose()
        {
            own.Dispose();
            one.Dispose();
        }
    }
}
