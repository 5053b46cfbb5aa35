using NotificationService.Testing.FakeProviders;

namespace NotificationService.EndToEndTests.Chaos;

/// <summary>
/// Lets so many calls through to an answer and leaves those after them unanswered until it is opened: whoever is killed, paused or asked to stop
/// meanwhile is in the midst of calls, however fast or slow the machine is.
/// </summary>
internal sealed class VendorBarrier
{
    private readonly Lock sync = new();
    private TaskCompletionSource opened = new();
    private int free = int.MaxValue;
    private int held;

    public bool HoldsCalls => Volatile.Read(ref held) > 0;

    public void CloseAfter(int calls)
    {
        lock (sync)
        {
            opened.TrySetResult();
            (opened, free, held) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), calls, 0);
        }
    }

    /// <summary>What it holds is answered, and so is whatever comes.</summary>
    public void Open()
    {
        lock (sync)
        {
            (free, held) = (int.MaxValue, 0);
            opened.TrySetResult();
        }
    }

    public FakeResponse Pass(FakeResponse response)
    {
        lock (sync)
        {
            if (free > 0)
            {
                free--;
                return response;
            }

            held++;
            return response.After(opened.Task);
        }
    }
}
