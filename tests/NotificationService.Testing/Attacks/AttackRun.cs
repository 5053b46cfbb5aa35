using System.Collections.Concurrent;

namespace NotificationService.Testing.Attacks;

/// <summary>Every known attack at once, again and again, until it is disposed.</summary>
public sealed class AttackRun : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Attack, int Status), int> answers = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Attacker hostile;
    private readonly Task[] running;

    private AttackRun(Attacker attacker)
    {
        hostile = attacker;
        running = [.. KnownAttacks.All.SelectMany(attack => Enumerable.Range(0, attack.AtOnce).Select(one => RepeatAsync(attack, one)))];
    }

    /// <summary>How often each attack got each status; 0 where the connection was closed.</summary>
    public IReadOnlyDictionary<(string Attack, int Status), int> Answers => answers;

    public static async Task<AttackRun> StartAsync(Uri service, string key)
    {
        var attacker = await Attacker.RegisterAsync(service, key);
        await KnownAttacks.PrepareAsync(attacker);
        return new AttackRun(attacker);
    }

    /// <summary>Every attack was tried so many times.</summary>
    public bool WasTried(int times) => KnownAttacks.All.All(attack => answers.Where(answer => answer.Key.Attack == attack.Name).Sum(answer => answer.Value) >= times);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        hostile.Dispose();
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
            answers.AddOrUpdate((attack.Name, status), 1, (_, count) => count + 1);
        }
    }

    private async Task<int> OnceAsync(Attack attack, int number)
    {
        try
        {
            return await attack.Once(hostile, number, stop.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return 0;
        }
    }
}
