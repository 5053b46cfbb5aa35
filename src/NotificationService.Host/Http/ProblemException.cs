namespace NotificationService.Host.Http;

/// <summary>Thrown where a request was refused but its endpoint went on as if it had been read; <see cref="ProblemMiddleware"/> answers with the problem.</summary>
public sealed class ProblemException(ProblemResult result) : Exception(result.Value.Title)
{
    public ProblemResult Result => result;
}
