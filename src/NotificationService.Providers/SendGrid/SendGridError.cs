using System.Text.Json;

namespace NotificationService.Providers.SendGrid;

/// <summary>The first of <c>{"errors":[{message,field,help}]}</c>; anything else, HTML for instance, says nothing.</summary>
/// <param name="Message">SendGrid's words, cleaned; may be empty.</param>
/// <param name="Field">What they are about, such as <c>personalizations.0.to.0.email</c>; may be empty.</param>
/// <param name="IsInvalidAddress">It says that this is no address. A message that names one address twice has another fault.</param>
internal sealed record SendGridError(string Message, string Field, bool IsInvalidAddress)
{
    private const string InvalidAddress = "does not contain a valid address";

    private static readonly SendGridError Nothing = new("", "", IsInvalidAddress: false);

    /// <summary>The one recipient that a request of ours has.</summary>
    public bool IsAboutRecipient => Field.StartsWith("personalizations.", StringComparison.Ordinal) && Field.Split('.').Contains("to", StringComparer.Ordinal);

    public bool IsAbout(string member) => Field == member || Field.StartsWith(member + ".", StringComparison.Ordinal);

    /// <param name="body">The response's body, or the beginning of it.</param>
    /// <param name="secret">What SendGrid may repeat of ours.</param>
    public static SendGridError Of(ReadOnlyMemory<byte> body, string secret)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var errors = VendorJson.Items(document.RootElement, "errors");
            if (!errors.MoveNext() || VendorJson.Text(errors.Current, "message") is not { } message)
                return Nothing;
            return new SendGridError(
                VendorText.Clean(message, secret), VendorJson.Text(errors.Current, "field") ?? "", message.Contains(InvalidAddress, StringComparison.OrdinalIgnoreCase));
        }
        catch (JsonException)
        {
            return Nothing; // the status alone has to do
        }
    }
}
