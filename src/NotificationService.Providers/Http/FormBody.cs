using System.Text;

namespace NotificationService.Providers.Http;

/// <summary>Form fields, every character percent-encoded that is not plainly a letter, digit or <c>-._~</c>: a plus sign is <c>%2B</c>.</summary>
internal sealed class FormBody(string encoded) : ReadyBody("application/x-www-form-urlencoded")
{
    protected override ReadOnlyMemory<byte> Bytes { get; } = Encoding.ASCII.GetBytes(encoded);

    /// <summary>Fields without a value are left out.</summary>
    public static FormBody Of(params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var form = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            if (value is null)
                continue;
            form.Append(form.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return new FormBody(form.ToString());
    }

    public override void Release()
    {
        // Nothing is pooled.
    }
}
