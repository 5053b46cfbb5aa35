namespace NotificationService.Host.Configuration;

/// <summary>What one process does of the service: answer the API, work the queue, or both.</summary>
public sealed record RoleSet(bool Api, bool Worker)
{
    public static RoleSet Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new RoleSet(Api: true, Worker: true);

        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (name is not ("api" or "worker"))
                throw new StartupException($"Notification__Roles names '{name}'; the roles are api and worker");
        }

        return new RoleSet(names.Contains("api"), names.Contains("worker"));
    }

    public override string ToString() => (Api, Worker) switch
    {
        (true, true) => "api,worker",
        (true, false) => "api",
        _ => "worker",
    };
}
