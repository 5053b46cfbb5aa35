using NotificationService.Host.Commands;

return await CommandLine.RunAsync(args);
