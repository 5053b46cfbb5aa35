using Microsoft.Extensions.Options;
using NotificationService.Host.Configuration;
using NotificationService.Storage;

namespace NotificationService.Host.Commands;

/// <summary>The commands of the one executable, <c>serve</c> when none is named. What an operator did wrong is one line and an exit code.</summary>
public static class CommandLine
{
    private delegate Task<int> Command(string[] options, CancellationToken cancellationToken);

    private static readonly (string Name, string Purpose, Command Run)[] Commands =
    [
        ("serve", "serves the roles api and worker (the default)", ServeCommand.RunAsync),
        ("migrate", "brings the database's schema up to date", MigrateCommand.RunAsync),
        ("seed", "makes the demo tenant", SeedCommand.RunAsync),
        ("rotate-keys", "re-encrypts the stored credentials under the first master key", RotateKeysCommand.RunAsync),
        ("verify-audit", "verifies the audit logs of all tenants", VerifyAuditCommand.RunAsync),
        ("healthcheck", "asks the service on this machine whether it is ready", HealthcheckCommand.RunAsync),
        ("openapi", "prints the OpenAPI document", OpenApiCommand.RunAsync),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var named = args.Length > 0 && !args[0].StartsWith('-');
        var name = named ? args[0] : "serve";
        foreach (var command in Commands)
        {
            if (command.Name == name)
                return await RunAsync(command.Run, named ? args[1..] : args);
        }

        await Console.Error.WriteLineAsync($"notification-service: there is no command '{name}'. The commands are:");
        foreach (var command in Commands)
            await Console.Error.WriteLineAsync($"  {command.Name,-12} {command.Purpose}");
        return 2;
    }

    private static async Task<int> RunAsync(Command command, string[] options)
    {
        using var interrupts = new Interrupts();
        try
        {
            return await command(options, interrupts.Token);
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            return 0; // asked to stop before the start was finished
        }
        catch (Exception exception) when (exception is StartupException or SchemaException)
        {
            await Console.Error.WriteLineAsync($"notification-service: {exception.Message}");
            return 1;
        }
        catch (OptionsValidationException exception)
        {
            await Console.Error.WriteLineAsync($"notification-service: {string.Join("; ", exception.Failures)}");
            return 1;
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            await Console.Error.WriteLineAsync($"notification-service: {string.Join("; ", exception.InnerExceptions.OfType<OptionsValidationException>().SelectMany(inner => inner.Failures))}");
            return 1;
        }
        catch (Exception exception) when (Outage.IsOfTheConnection(exception))
        {
            await Console.Error.WriteLineAsync($"notification-service: the connection to the database broke ({Outage.Reason(exception)}): run the command again");
            return 1;
        }
        catch (Exception exception) when (Outage.Refusal(exception) is { } refusal)
        {
            await Console.Error.WriteLineAsync($"notification-service: the database refused: {refusal.Message.ReplaceLineEndings(" ")}");
            return 1;
        }
    }
}
