using System.Collections.Concurrent;

namespace NotificationService.Testing.Attacks;

/// <summary>Every known attack at once, by two tenants in turn, again and again, until it is disposed.</summary>
public sealed class AttackRun : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Attack, int Status), int> responses = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Attacker[] attackers;
    private readonly Task[] running;

    private AttackRun(params Attacker[] attackers)
    {
        this.attackers = attackers;
        running = [.. KnownAttacks.All.SelectMany(attack => Enumerable.Range(0, attack.AtOnce).Select(one => RepeatAsync(attack, one)))];
    }

    /// <summary>How often each attack got each status; 0 where the connection was closed.</summary>
    public IReadOnlyDictionary<(string Attack, int Status), int> Responses => responses;

    /// <summary>Two, because what each tenant has a share of is not all there is: what is left for the others shows when more than one takes its own.</summary>
    public static async Task<AttackRun> StartAsync(Uri service, string key)
    {
        var (first, second) = (await Attacker.RegisterAsync(service, key), await Attacker.RegisterAsync(service, $"{key}-too"));
        await KnownAttacks.PrepareAsync(first);
        await KnownAttacks.PrepareAsync(second);
        return new AttackRun(first, second);
    }

    /// <summary>Every attack was tried so many times.</summary>
    public bool WasTried(int times) => KnownAttacks.All.All(attack => responses.Where(response => response.Key.Attack == attack.Name).Sum(response => response.Value) >= times);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        foreach (var attacker in attackers)
            attacker.Dispose();
        stop.Dispose();
    }

    private async Task RepeatAsync(Attack attack, int first)
    {
        await Task.Yield();
        for (var number = first; !stop.IsCancellationRequested; number += attack.AtOnce)
        {
            var status = await OnceAsync(attack, number);
            if (stop.IsCancellationRequested)
                return;
            responses.AddOrUpdate((attack.Name, status), 1, (_, count) => count + 1);
        }
    }

    private async Task<int> OnceAsync(Attack attack, int number)
    {
        try
        {
            return await attack.Once(attackers[number % attackers.Length], number, stop.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return 0;
        }
    }
}
