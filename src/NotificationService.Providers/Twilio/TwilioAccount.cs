using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Twilio;

/// <summary>Asks Twilio about the account, and says in plain words what is wrong with it.</summary>
internal sealed class TwilioAccount(TwilioSettings settings, ProviderHttp http)
{
    public async Task<ProviderTestResult> TestAsync(CancellationToken cancellationToken)
    {
        var account = await AskAsync(".json", ReadAccountAsync, cancellationToken);
        // Only numbers are listed: not short codes, names and WhatsApp senders.
        return account.Ok && settings.From is ['+', ..] number
            ? await AskAsync($"/IncomingPhoneNumbers.json?PhoneNumber={Uri.EscapeDataString(number)}", ReadNumbersAsync, cancellationToken)
            : account;
    }

    private async Task<ProviderTestResult> AskAsync(
        string resource, Func<HttpResponseMessage, CancellationToken, ValueTask<ProviderTestResult>> read, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, settings.AccountUrl(resource));
        request.Headers.TryAddWithoutValidation("Authorization", settings.Authorization);
        return await http.TestAsync(request, read, cancellationToken);
    }

    private static async ValueTask<ProviderTestResult> ReadAccountAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var reply = TwilioResponse.Of(await ErrorBody.ReadAsync(response, cancellationToken));
        return ((int)response.StatusCode, reply.Status) switch
        {
            (200, "active") => new ProviderTestResult(true, "Twilio accepts the account SID and auth token, and the account is active"),
            (200, "suspended") => Wrong("the Twilio account is suspended: it sends nothing until Twilio lifts that, often for want of credit"),
            (200, "closed") => Wrong("the Twilio account is closed"),
            (200, _) => Wrong("what answered at the configured baseUrl is not Twilio"),
            (401, _) when reply.Message.Contains("invalid username", StringComparison.OrdinalIgnoreCase) => Wrong("there is no Twilio account with this SID"),
            (401, _) => Wrong("Twilio refused the auth token for this account SID: the token is wrong or was replaced, or the SID is another account's"),
            (403, _) => Wrong("the Twilio account is not active, or may not use the API"),
            (404, _) => Wrong("there is no Twilio account with this SID at the configured baseUrl"),
            (var status, _) => Wrong($"Twilio answered {status}"),
        };
    }

    private static async ValueTask<ProviderTestResult> ReadNumbersAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await ErrorBody.ReadAsync(response, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return Wrong($"Twilio accepts the account, but answered {(int)response.StatusCode} when asked for its numbers");
        return Number(body) switch
        {
            null => Wrong("Twilio accepts the account, but it has no such number as from"),
            false => Wrong("Twilio accepts the account, but the number in from cannot send text messages"),
            true => new ProviderTestResult(true, "Twilio accepts the account, and the number in from can send text messages"),
        };
    }

    /// <summary>Whether the number can send; null when there is none.</summary>
    private static bool? Number(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var numbers = document.RootElement.GetProperty("incoming_phone_numbers");
            if (numbers.GetArrayLength() == 0)
                return null;
            return !numbers[0].TryGetProperty("capabilities", out var can) || !can.TryGetProperty("sms", out var sms) || sms.ValueKind != JsonValueKind.False;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static ProviderTestResult Wrong(string words) => new(false, words);
}
