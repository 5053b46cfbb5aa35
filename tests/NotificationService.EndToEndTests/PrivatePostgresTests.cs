using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NotificationService.Host.Embedded;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests;

/// <summary>What a newcomer's first command does, and does again after every way of ending.</summary>
public sealed class PrivatePostgresTests : IDisposable
{
    private readonly string folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"ns-first-{Guid.NewGuid():n}"[..17])).FullName;

    private string Data => Path.Combine(folder, ".data", "postgres", "data");

    [Fact]
    public async Task It_starts_without_any_setting_and_leaves_nothing_running_twice_in_a_row()
    {
        for (var round = 1; round <= 2; round++)
        {
            await using var service = Launch();
            await service.WaitUntilReadyAsync();
            Postmaster.IsAlive(Data).ShouldBeTrue();

            (await service.TerminateAsync()).ShouldBe(0, service.Output);
            Postmaster.IsAlive(Data).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task After_the_service_was_killed_its_PostgreSQL_is_found_again_and_after_both_were_the_data_are_recovered()
    {
        await using var first = Launch();
        await first.WaitUntilReadyAsync();
        var server = ServerId();
        await first.KillAsync();
        Postmaster.IsAlive(Data).ShouldBeTrue();

        await using var second = Launch();
        await second.WaitUntilReadyAsync();
        ServerId().ShouldBe(server);
        await second.KillAsync();
        using (var kill = Process.Start("kill", ["-KILL", ServerId().ToString()]))
            await kill.WaitForExitAsync();

        await using var third = Launch();
        await third.WaitUntilReadyAsync();
        (await third.TerminateAsync()).ShouldBe(0, third.Output);
        Postmaster.IsAlive(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Beside_a_running_service_a_second_one_is_refused_in_one_line_and_another_command_borrows_its_server()
    {
        await using var first = Launch();
        await first.WaitUntilReadyAsync();

        await using var second = Launch();
        (await second.WaitForExitAsync(TimeSpan.FromSeconds(90))).ShouldBe(1);
        second.Output.ShouldStartWith("notification-service: another process of this service runs on ");
        second.Output.ShouldNotContain('\n');

        await using var migrate = ServiceProcess.Launch(["migrate"], folder);
        (await migrate.WaitForExitAsync(TimeSpan.FromSeconds(90))).ShouldBe(0, migrate.Output);
        migrate.Output.ShouldBe("nothing to do");
        Postmaster.IsAlive(Data).ShouldBeTrue();
    }

    [Fact]
    public async Task A_taken_port_is_one_line_and_nothing_is_started()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)squatter.LocalEndpoint).Port}";

        await using var service = ServiceProcess.Launch([], folder, ("ASPNETCORE_URLS", address));
        (await service.WaitForExitAsync(TimeSpan.FromSeconds(90))).ShouldBe(1);
        service.Output.ShouldBe($"notification-service: {address} is taken by another program: stop it, or choose another address with ASPNETCORE_URLS");
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task In_a_folder_that_only_root_can_enter_it_keeps_its_data_elsewhere_and_says_so()
    {
        using (var chmod = Process.Start("chmod", ["700", folder]))
            await chmod.WaitForExitAsync();

        await using var service = Launch();
        await service.WaitUntilReadyAsync();
        (await service.TerminateAsync()).ShouldBe(0, service.Output);

        if (!Environment.IsPrivilegedProcess)
        {
            Directory.Exists(Data).ShouldBeTrue();
            return;
        }

        Directory.Exists(Data).ShouldBeFalse();
        var said = service.Output.Split('\n').First(line => line.Contains("cannot enter", StringComparison.Ordinal));
        var elsewhere = said[(said.LastIndexOf(' ') + 1)..];
        Directory.Exists(Path.Combine(elsewhere, "postgres", "data")).ShouldBeTrue();
        Directory.Delete(elsewhere, recursive: true);
    }

    public void Dispose()
    {
        if (Postmaster.IsAlive(Data))
        {
            using var kill = Process.Start("kill", ["-QUIT", ServerId().ToString()]);
            kill.WaitForExit();
        }

        Directory.Delete(folder, recursive: true);
    }

    private ServiceProcess Launch() => ServiceProcess.Launch([], folder);

    private int ServerId() => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First());
}
