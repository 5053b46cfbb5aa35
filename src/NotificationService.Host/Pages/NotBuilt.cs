using NotificationService.Host.Http;

namespace NotificationService.Host.Pages;

/// <summary>What is answered where the program was built without npm.</summary>
internal static class NotBuilt
{
    private const string Detail =
        "It was built where Node.js 20.19 or newer, npm or its registry were missing. Install Node.js and build again (dotnet build -p:RequireConsole=true says what is wrong), or take the container image, which has it.";

    public static ProblemResult Of(string what) => Problems.Of(404, "not_built", $"{what} is not part of this program", Detail);
}
