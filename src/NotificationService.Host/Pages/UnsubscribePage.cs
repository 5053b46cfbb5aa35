using System.Text;
using System.Text.Encodings.Web;
using NotificationService.Categories;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;
using NotificationService.Tenants;

namespace NotificationService.Host.Pages;

/// <summary>Writes the pages of <see cref="UnsubscribeHandler"/>: complete without a script. Whatever comes from a tenant is text, and never markup.</summary>
internal sealed class UnsubscribePage
{
    private const string LanguagePlace = "<!--lang-->", TitlePlace = "<!--title-->", MainPlace = "<!--main-->";

    private static readonly Lazy<string> Frame = new(Read);

    private readonly UnsubscribeTexts texts;
    private readonly StringBuilder main = new();
    private string title = "";

    private UnsubscribePage(UnsubscribeTexts texts) => this.texts = texts;

    /// <summary>What can be left, and what is sent.</summary>
    /// <param name="done">What has just been done, with a scope that undoes it; null for nothing.</param>
    public static HtmlPage Of(UnsubscribeTexts texts, TenantSettings tenant, ChosenByAddress chosen, UnsubscribeDone? done)
    {
        var page = new UnsubscribePage(texts);
        page.Header(tenant.Brand.Name);
        if (done is not null)
            page.Done(chosen, done);
        else
            page.Question(chosen);
        page.Choices(chosen);
        return page.Whole();
    }

    /// <summary>A page that says one thing.</summary>
    public static HtmlPage Saying(UnsubscribeTexts texts, string sentence, string? more)
    {
        var page = new UnsubscribePage(texts) { title = sentence };
        page.main.Append("<h1>").Append(Text(sentence)).Append("</h1>\n");
        if (more is not null)
            page.main.Append("<p>").Append(Text(more)).Append("</p>\n");
        return page.Whole();
    }

    /// <summary>What is left of an address for whoever reads there: enough to know it again.</summary>
    internal static string Masked(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 1 ? $"{address[..Math.Min(2, address.Length)]}•••" : $"{address.EnumerateRunes().First()}•••{address[at..]}";
    }

    private void Header(string name)
    {
        main.Append("<header><p>").Append(Text(name)).Append("</p>");
        main.Append($"<a href=\"?{UnsubscribeTexts.LanguageParameter}={texts.OtherLanguage}\" lang=\"{texts.OtherLanguage}\" hreflang=\"{texts.OtherLanguage}\">").Append(Text(texts.OtherName)).Append("</a>");
        main.Append("</header>\n");
    }

    private void Question(ChosenByAddress chosen)
    {
        var (link, address) = (chosen.Link, Masked(chosen.Link.Address));
        title = link.Category is { } key ? texts.Stop(NameOf(chosen, key), address) : texts.StopMarketingAt(address);
        main.Append("<section>\n<h1>").Append(Text(title)).Append("</h1>\n");
        BeginForm("buttons");
        if (link.Category is not null)
            Button(UnsubscribeHandler.Stop, texts.Unsubscribe);
        Button(UnsubscribeHandler.StopMarketing, link.Category is null ? texts.Unsubscribe : texts.StopMarketing);
        main.Append("</form>\n</section>\n");
    }

    private void Done(ChosenByAddress chosen, UnsubscribeDone done)
    {
        title = done switch
        {
            { Scope: null } => texts.Saved,
            { IsUndone: true } => OptOuts.CategoryOf(done.Scope) is { } key ? texts.Undone(NameOf(chosen, key)) : texts.UndoneMarketing,
            _ => OptOuts.CategoryOf(done.Scope) is { } key ? texts.Done(NameOf(chosen, key)) : texts.DoneMarketing,
        };
        main.Append("<section role=\"status\">\n<h1>").Append(Text(title)).Append("</h1>\n");
        if (done is { Scope: { } scope, IsUndone: false })
        {
            main.Append("<p>").Append(Text(texts.RestReaches)).Append("</p>\n");
            BeginForm("buttons");
            main.Append($"<input type=\"hidden\" name=\"{UnsubscribeHandler.OfField}\" value=\"").Append(Text(scope)).Append("\">\n");
            Button(UnsubscribeHandler.Undo, texts.Undo);
            main.Append("</form>\n");
        }

        main.Append("</section>\n");
    }

    private void Choices(ChosenByAddress chosen)
    {
        main.Append("<section>\n<h2>").Append(Text(texts.Choose)).Append("</h2>\n");
        if (chosen.IsOfEverything)
            main.Append("<p>").Append(Text(texts.OfEverything)).Append("</p>\n");
        BeginForm("choices");
        main.Append("<fieldset>\n<legend class=\"quiet\">").Append(Text(texts.ChooseWhat(Masked(chosen.Link.Address)))).Append("</legend>\n");
        Choice(chosen, SuppressionScopes.Marketing, texts.AllMarketing, isWithin: false);
        foreach (var category in chosen.Categories.Where(category => !category.Says.Critical))
            Choice(chosen, OptOuts.OfCategory + category.Key, NameOf(category), category.Says.Marketing);
        foreach (var category in chosen.Categories.Where(category => category.Says.Critical))
            Fixed(NameOf(category), texts.AlwaysSent);
        main.Append("</fieldset>\n");
        Button(UnsubscribeHandler.Save, texts.Save);
        main.Append("</form>\n</section>\n");
    }

    private void Choice(ChosenByAddress chosen, string scope, string name, bool isWithin)
    {
        if (chosen.Blocked.Contains(scope))
        {
            Fixed(name, texts.StoppedBySender);
            return;
        }

        main.Append($"<input type=\"hidden\" name=\"{UnsubscribeHandler.ShownField}\" value=\"").Append(Text(scope)).Append("\">\n");
        main.Append(isWithin ? "<label class=\"within\">" : "<label>").Append($"<input type=\"checkbox\" name=\"{UnsubscribeHandler.OnField}\" value=\"").Append(Text(scope)).Append('"');
        if (!chosen.Stopped.Contains(scope))
            main.Append(" checked");
        main.Append("><span>").Append(Text(name)).Append("</span></label>\n");
    }

    private void Fixed(string name, string why) => main.Append("<div class=\"fixed\"><span>").Append(Text(name)).Append("</span><span class=\"quiet\">").Append(Text(why)).Append("</span></div>\n");

    /// <summary>To the page's own address, whatever stands before it.</summary>
    private void BeginForm(string look) => main.Append($"<form method=\"post\" action=\"?{UnsubscribeTexts.LanguageParameter}={texts.Language}\" class=\"{look}\">\n");

    private void Button(string does, string words) =>
        main.Append($"<button name=\"{UnsubscribeHandler.DoField}\" value=\"{does}\">").Append(Text(words)).Append("</button>\n");

    private string NameOf(ChosenByAddress chosen, string key) => chosen.Categories.FirstOrDefault(category => category.Key == key) is { } category ? NameOf(category) : key;

    private string NameOf(Category category) =>
        category.Names.FirstOrDefault(name => name.Key.Equals(texts.Language, StringComparison.OrdinalIgnoreCase) || name.Key.StartsWith($"{texts.Language}-", StringComparison.OrdinalIgnoreCase)).Value ?? category.Name;

    private HtmlPage Whole() => new(Frame.Value
        .Replace(LanguagePlace, texts.Language, StringComparison.Ordinal).Replace(TitlePlace, Text(title), StringComparison.Ordinal).Replace(MainPlace, main.ToString(), StringComparison.Ordinal));

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Read()
    {
        using var stream = typeof(UnsubscribePage).Assembly.GetManifestResourceStream("unsubscribe.html") ?? throw new InvalidOperationException("the program has no page unsubscribe.html");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>What has just been done.</summary>
/// <param name="Scope">What was left or taken back; null for choices of several.</param>
/// <param name="IsUndone">It was taken back.</param>
internal sealed record UnsubscribeDone(string? Scope, bool IsUndone = false);
