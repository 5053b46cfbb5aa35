using System.Text.Json.Nodes;
using NotificationService.Templates.Fragments;

namespace NotificationService.UnitTests.Templates;

/// <summary>Templates made of layouts and partials, without a database.</summary>
internal static class FragmentOf
{
    /// <summary>A partial that says the same in e-mail's HTML and text and in text messages.</summary>
    public static LoadedFragment Partial(string key, string text) => Of(FragmentKind.Partial, key, Everywhere(text));

    public static LoadedFragment Layout(string key, string html, string? text = null) =>
        Of(FragmentKind.Layout, key, new JsonObject { ["email"] = new JsonObject { ["en"] = text is null ? new JsonObject { ["html"] = html } : new JsonObject { ["html"] = html, ["text"] = text } } });

    public static LoadedFragment Of(FragmentKind kind, string key, JsonNode contents)
    {
        var (read, issues) = LoadedFragment.Read(kind, key, contents.ToJsonString());
        return read ?? throw new InvalidOperationException(issues[0].ToString());
    }

    public static JsonObject Html(string html, string subject = "s") => new() { ["email"] = new JsonObject { ["en"] = new JsonObject { ["subject"] = subject, ["html"] = html } } };

    public static AssembledTemplate Assembled(this JsonNode contents, string? layout = null, params LoadedFragment[] fragments) =>
        AssembledTemplate.Of(contents.ToJsonString(), layout, fragments);

    /// <summary>A field of the assembled contents, such as <c>email/en/html</c>.</summary>
    public static string Field(this AssembledTemplate assembled, string path)
    {
        assembled.Issues.ShouldBeEmpty();
        var value = JsonNode.Parse(assembled.Contents);
        foreach (var name in path.Split('/'))
            value = value?[name];
        return value?.GetValue<string>() ?? throw new InvalidOperationException($"there is no {path}");
    }

    public static JsonObject HtmlOnly(string html) => new() { ["email"] = new JsonObject { ["en"] = new JsonObject { ["html"] = html } } };

    public static JsonObject Everywhere(string text) => new()
    {
        ["email"] = new JsonObject { ["en"] = new JsonObject { ["html"] = text, ["text"] = text } },
        ["sms"] = new JsonObject { ["en"] = new JsonObject { ["text"] = text } },
    };
}
