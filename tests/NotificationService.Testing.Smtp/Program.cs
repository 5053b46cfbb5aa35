using System.Net;
using System.Net.Sockets;
using NotificationService.Testing.Smtp;

// A mail server for trying things out: takes every message, delivers none, prints all.
//   dotnet run --project tests/NotificationService.Testing.Smtp [port]
var port = args is [var text, ..] ? int.Parse(text) : 2525;
using var listener = new TcpListener(IPAddress.Loopback, port);
listener.Start();
Console.WriteLine($"SMTP on 127.0.0.1:{port}; what arrives is printed here. Ctrl+C stops it.");
while (true)
{
    var client = await listener.AcceptTcpClientAsync();
    _ = SmtpConversation.HoldAsync(client, Console.Out);
}
