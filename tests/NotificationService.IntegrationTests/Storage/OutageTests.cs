using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Storage;
using NotificationService.Testing.Deliveries;
using Npgsql;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>The database cannot be reached in the ways that have a word of their own in .NET.</summary>
public sealed class OutageTests
{
    /// <summary>As a container's name is not known while it is restarted.</summary>
    private const string Unknown = "Host=database.invalid;Username=nobody;Database=notification";

    [Fact]
    public async Task A_name_that_nobody_knows_is_an_outage()
    {
        await using var database = new Database(new StorageOptions { ConnectionString = Unknown });

        var exception = await Record.ExceptionAsync(async () => await database.Worker.OpenConnectionAsync());

        exception.ShouldNotBeNull();
        Outage.IsBehind(exception).ShouldBeTrue(exception.GetType().FullName);
    }

    [Fact]
    public void So_is_what_stands_behind_another_exception_and_not_what_a_statement_is_refused_for()
    {
        Outage.IsBehind(new InvalidOperationException("x", new SocketException((int)SocketError.HostNotFound))).ShouldBeTrue();
        Outage.IsBehind(new TimeoutException()).ShouldBeTrue();
        Outage.IsBehind(new InvalidOperationException("x")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("57P01", true)] // shut down
    [InlineData("57014", true)] // given up
    [InlineData("25006", true)] // another's standby
    [InlineData("25P03", true)] // idle too long
    [InlineData("3D000", true)] // no such database
    [InlineData("40P01", true)] // deadlock
    [InlineData("53300", true)] // too many connections
    [InlineData("25P02", false)] // a statement after one that failed
    [InlineData("23505", false)] // there is one already
    [InlineData("42P01", false)] // no such table
    public void What_PostgreSQL_says_passes_or_does_not(string state, bool passes)
    {
        var said = new InvalidOperationException("x", new PostgresException("x", "ERROR", "ERROR", state));

        (Outage.IsBehind(said), Outage.Reason(said)).ShouldBe((passes, state));
    }

    [Fact]
    public async Task No_loop_of_a_worker_ends_while_the_name_of_its_database_is_not_known()
    {
        await using var worker = WorkerHost.Create(Unknown);
        var loops = worker.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToDictionary(service => service.GetType().Name, service => service);
        await worker.StartAsync();

        var ended = await Record.ExceptionAsync(() => Task.WhenAny(loops.Values.Select(loop => loop.ExecuteTask!)).WaitAsync(TimeSpan.FromSeconds(8)));

        ended.ShouldBeOfType<TimeoutException>(string.Join(", ", loops.Where(loop => loop.Value.ExecuteTask!.IsCompleted).Select(loop => loop.Key)));
        await worker.StopAsync();
    }
}
