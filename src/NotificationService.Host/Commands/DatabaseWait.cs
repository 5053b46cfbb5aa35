using NotificationService.Host.Configuration;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Host.Commands;

/// <summary>
/// Lets a process that starts wait for its database: what fails because the database is away or recovering is tried again with back-off,
/// until it succeeds or the time is over. What the database refuses for good, such as a wrong password, ends it at once.
/// </summary>
/// <param name="timeout">From the first failure.</param>
/// <param name="time">What shows how long that is.</param>
public sealed class DatabaseWait(TimeSpan timeout, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <param name="work">Can be run again after it failed at any point.</param>
    /// <param name="failed">Receives the reason of each failure that is followed by another try.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StartupException">The database stayed away.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, Func<string, Task> failed, CancellationToken cancellationToken)
    {
        var (delay, since) = (FirstDelay, (long?)null);
        while (true)
        {
            try
            {
                await work(cancellationToken);
                return;
            }
            catch (Exception exception) when (IsAway(exception))
            {
                since ??= time.GetTimestamp();
                var left = timeout - time.GetElapsedTime(since.Value);
                if (left <= TimeSpan.Zero)
                    throw new StartupException($"the database did not answer within {timeout.TotalSeconds:0} s: {Sentence(exception)}", exception);
                await failed(Outage.Reason(exception));
                await Task.Delay(delay < left ? delay : left, time, cancellationToken);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }

    /// <summary>For a command that works on the database itself: waits until a connection can be opened.</summary>
    public Task UntilOpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var isReported = false;
        return RunAsync(
            async token =>
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
                await connection.OpenAsync(token);
            },
            async reason =>
            {
                if (isReported)
                    return;
                isReported = true;
                await Console.Error.WriteLineAsync($"notification-service: the database does not answer ({reason}); trying for {timeout.TotalSeconds:0} s");
            },
            cancellationToken);
    }

    /// <summary>Who may log in, and to what, is a setting: waiting does not help.</summary>
    private static bool IsAway(Exception exception) => Outage.IsBehind(exception) && DatabaseFailures.Of(exception) is not DatabaseFailure.NotAdmitted;

    private static string Sentence(Exception exception) => (Outage.Refusal(exception)?.Message ?? exception.GetBaseException().Message).ReplaceLineEndings(" ");
}
