using System.Security.Cryptography;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Fcm;

/// <summary>A Firebase project as a tenant configured it.</summary>
/// <param name="DryRun">Google checks every message and delivers none.</param>
/// <param name="AndroidChannel">The notification channel of the app on Android.</param>
internal sealed record FcmSettings(ServiceAccount Account, string ProjectId, bool DryRun, string? AndroidChannel, Uri BaseUrl)
{
    private static readonly Uri Default = new("https://fcm.googleapis.com/");

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "FCM settings";

    public static FcmSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader, guard);
        errors = reader.Errors();
        return settings;
    }

    /// <summary>Every field, whatever the others say: they are what the type is described by.</summary>
    internal static FcmSettings Read(SettingsReader reader, EndpointGuard guard)
    {
        var account = ServiceAccount.Read(reader.RequiredFile(ServiceAccount.Field), reader, guard);
        var project = reader.Text("projectId", longest: 100) ?? account.ProjectId;
        if (project is { Length: > 0 } && !project.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '.'))
            reader.Add("/settings/projectId", "invalid", "must be the project's id, such as my-app-1234: letters, digits and hyphens");
        else if (project is not { Length: > 0 } && account.Email.Length > 0)
            reader.Add("/settings/projectId", "required", "is required, because the service account names no project");
        var settings = new FcmSettings(account, project ?? "", reader.Flag("dryRun"), reader.Text("androidChannelId", longest: 100), reader.BaseUrl(Default, guard));
        return settings;
    }
}

/// <summary>The key file of a Google service account.</summary>
internal sealed record ServiceAccount(string Email, string PrivateKey, string? KeyId, string? ProjectId, Uri TokenUri)
{
    public const string Field = "serviceAccountJson";

    private const int ShortestLine = 16;
    private const string Pointer = $"/credentials/{Field}";
    private static readonly Uri Default = new("https://oauth2.googleapis.com/token");
    private static readonly ServiceAccount None = new("", "", null, null, Default);

    /// <summary>The private key, and each of its lines: whoever repeats it may break it elsewhere.</summary>
    public IReadOnlyList<string?> Secrets { get; } = [PrivateKey.Trim(), .. PrivateKey.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= ShortestLine && !line.StartsWith('-'))];

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "service account";

    /// <summary>Says in words what is wrong with the file, and never a part of it.</summary>
    public static ServiceAccount Read(string json, SettingsReader reader, EndpointGuard guard)
    {
        if (json.Length == 0)
            return None;
        JsonElement file;
        try
        {
            file = JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            reader.Add(Pointer, "invalid_json", "must be the JSON key file of a service account, as Google gave it");
            return None;
        }

        if (file.ValueKind != JsonValueKind.Object || VendorJson.Text(file, "type") != "service_account")
        {
            reader.Add(Pointer, "invalid", "must be the key file of a service account, whose type is service_account; a google-services.json or an OAuth client is something else");
            return None;
        }

        if (VendorJson.Text(file, "client_email") is not { Length: > 0 } email || VendorJson.Text(file, "private_key") is not { } key || !IsRsaKey(key))
        {
            reader.Add(Pointer, "invalid", "must hold client_email and an RSA private_key in PEM, line breaks included");
            return None;
        }

        return new ServiceAccount(email, key, VendorJson.Text(file, "private_key_id"), VendorJson.Text(file, "project_id"), Address(VendorJson.Text(file, "token_uri"), reader, guard));
    }

    private static Uri Address(string? text, SettingsReader reader, EndpointGuard guard)
    {
        if (text is null)
            return Default;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || AddressName.Of(url) is not { } host || url.Port == 0 || url.UserInfo.Length > 0)
            reader.Add(Pointer, "url_invalid", "token_uri must be an absolute http or https URL without user, and with a host whose name can be looked up");
        else if (guard.RefusalOfName(host) is { } refusal)
            reader.Add(Pointer, "url_address_forbidden", $"token_uri {refusal}");
        else
            return url;
        return Default;
    }

    private static bool IsRsaKey(string pem)
    {
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
