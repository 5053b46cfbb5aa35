using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Templates;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Templates;

/// <summary>Amounts, numbers and times as languages write them, the same on every machine. What is expected was read from ICU's own formatters.</summary>
public sealed class LocaleFunctionTests
{
    private const string Nb = "\u00A0";
    private const string Thin = "\u202F";

    [Theory]
    [InlineData("en", "1234567.5", "EUR", "€1,234,567.50")]
    [InlineData("en", "-12", "USD", "-$12.00")]
    [InlineData("en", "12", "CHF", "CHF" + Nb + "12.00")]
    [InlineData("en-GB", "12", "GBP", "£12.00")]
    [InlineData("fr", "1234.5", "EUR", "1" + Thin + "234,50" + Nb + "€")]
    [InlineData("fr-CA", "1234.5", "CAD", "1" + Nb + "234,50" + Nb + "$")]
    [InlineData("de", "-1234.5", "EUR", "-1.234,50" + Nb + "€")]
    [InlineData("de-CH", "1234.5", "CHF", "CHF" + Nb + "1'234.50")]
    [InlineData("es", "1234.5", "EUR", "1234,50" + Nb + "€")]
    [InlineData("es", "12345.5", "EUR", "12.345,50" + Nb + "€")]
    [InlineData("ar", "1234.5", "EUR", "\u200F1,234.50" + Nb + "€")]
    [InlineData("ja", "1234.5", "JPY", "￥1,235")]
    [InlineData("en", "1.2345", "KWD", "KWD" + Nb + "1.235")]
    [InlineData("xx", "12", "EUR", "€12.00")]
    public void Money_is_written_as_the_language_writes_it(string locale, string amount, string currency, string expected) =>
        TemplateOf.RenderText("{{money a c l}}", JsonSerializer.Serialize(new { a = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), c = currency, l = locale }))
            .ShouldBe(expected);

    [Theory]
    [InlineData("""{{money "twelve" "EUR"}}""", "twelve")]
    [InlineData("""{{money 12 c}}""", "12.00")]
    [InlineData("""{{money 12 eur}}""", "€12.00")]
    [InlineData("""{{money 12 longer}}""", "12.00")]
    [InlineData("""{{money huge "EUR" "pl"}}""", "79 228 162 514 264 337 593 543 950 335,00 €")]
    public void What_is_no_amount_or_currency_stays_readable(string template, string expected) =>
        TemplateOf.RenderText(template, """{"eur":"eur","longer":"a text that is no currency at all","c":"","huge":79228162514264337593543950335}""")
            .Replace(Nb, " ", StringComparison.Ordinal).ShouldBe(expected);

    [Theory]
    [InlineData("en", "1,234.567", "1,234.57")]
    [InlineData("fr", "1" + Thin + "234,567", "1" + Thin + "234,57")]
    [InlineData("de", "1.234,567", "1.234,57")]
    [InlineData("ar", "1,234.567", "1,234.57")]
    [InlineData("pl", "1234,567", "1234,57")]
    public void A_number_is_written_as_the_language_writes_it(string locale, string asItIs, string twoDecimals)
    {
        Data(locale, """{{number n recipient.locale}}|{{number n "local"}}|{{number n "local" 2}}""", """{"n":1234.567}""").ShouldBe($"{asItIs}|{asItIs}|{twoDecimals}");
    }

    [Fact]
    public void What_number_and_date_printed_before_they_print_now() =>
        TemplateOf.RenderText(
            """{{number n}}|{{number n 0}}|{{number n 1 "." ","}}|{{number n 2 "fr"}}|{{date at}}|{{date at "d MMM yyyy"}}|{{date at "HH:mm" "Europe/Paris"}}|{{date at "HH:mm" zone}}""",
            """{"n":1234.567,"at":"2026-11-03T14:05:00Z","zone":"Nowhere/At-all"}""")
            .ShouldBe("1,234.57|1,235|1.234,6|1fr234.57|2026-11-03|3 Nov 2026|15:05|14:05");

    [Theory]
    [InlineData("en", "11/3/26|Nov 3, 2026|November 3, 2026|Tuesday, November 3, 2026|3:05 PM|November 3, 2026 at 3:05 PM")]
    [InlineData("en-GB", "03/11/2026|3 Nov 2026|3 November 2026|Tuesday, 3 November 2026|15:05|3 November 2026 at 15:05")]
    [InlineData("fr", "03/11/2026|3 nov. 2026|3 novembre 2026|mardi 3 novembre 2026|15:05|3 novembre 2026 à 15:05")]
    [InlineData("de", "03.11.26|03.11.2026|3. November 2026|Dienstag, 3. November 2026|15:05|3. November 2026 um 15:05")]
    [InlineData("ar", "3\u200F/11\u200F/2026|03\u200F/11\u200F/2026|3 نوفمبر 2026|الثلاثاء، 3 نوفمبر 2026|3:05 م|3 نوفمبر 2026 في 3:05 م")]
    [InlineData("pl", "3.11.2026|3 lis 2026|3 listopada 2026|wtorek, 3 listopada 2026|15:05|3 listopada 2026 15:05")]
    [InlineData("ja", "2026/11/03|2026/11/03|2026年11月3日|2026年11月3日火曜日|15:05|2026年11月3日 15:05")]
    public void A_date_by_its_style_is_written_in_the_recipients_language_and_timezone(string locale, string expected) => Data(
        locale,
        """{{date at "short"}}|{{date at "medium"}}|{{date at "long"}}|{{date at "full"}}|{{date at "time"}}|{{date at "long time"}}""",
        """{"at":"2026-11-03T14:05:00Z"}""").ShouldNotBeNull().Replace('\u202F', ' ').ShouldBe(expected);

    [Fact]
    public void Zone_and_locale_can_be_named_and_the_names_of_an_own_format_follow_the_locale() => Data(
        "fr",
        """{{date at "long time" "America/New_York" "de"}}|{{date at "dddd d MMMM HH:mm" "local" "local"}}|{{date at "HH:mm" "local"}}|{{date at "MMMM" "UTC" "de-AT"}}""",
        """{"at":"2026-03-03T14:05:00Z"}""").ShouldBe("3. März 2026 um 09:05|mardi 3 mars 15:05|15:05|März");

    [Fact]
    public void An_english_text_has_no_german_dates_in_it()
    {
        var template = TemplateOf.Contents(new JsonObject { ["sms"] = new JsonObject { ["en"] = new JsonObject { ["text"] = """{{date at "long"}}""" } } });

        Rendered(template, "de").ShouldBe("November 3, 2026");
        Rendered(template, "en-GB").ShouldBe("3 November 2026");

        static string? Rendered(CompiledTemplate template, string locale) =>
            TemplateOf.Rendered(template.Render(ChannelKind.Sms, locale, """{"at":"2026-11-03T14:05:00Z"}"""u8, For(locale), TemplateOf.Now)).Text;
    }

    [Theory]
    [InlineData("en", "in 3 days|3 days ago|now|in 1 hour|2 minutes ago|in 1 month|2 years ago")]
    [InlineData("fr", "dans 3 jours|il y a 3 jours|maintenant|dans 1 heure|il y a 2 minutes|dans 1 mois|il y a 2 ans")]
    [InlineData("de", "in 3 Tagen|vor 3 Tagen|jetzt|in 1 Stunde|vor 2 Minuten|in 1 Monat|vor 2 Jahren")]
    [InlineData("ar", "خلال 3 أيام|قبل 3 أيام|الآن|خلال ساعة واحدة|قبل دقيقتين|خلال شهر واحد|قبل سنتين")]
    [InlineData("pl", "za 3 dni|3 dni temu|teraz|za 1 godzinę|2 minuty temu|za 1 miesiąc|2 lata temu")]
    public void How_far_away_a_time_is_counts_from_the_time_of_the_message(string locale, string expected) => Data(
        locale,
        "{{relative a}}|{{relative b}}|{{relative c}}|{{relative d}}|{{relative e}}|{{relative f}}|{{relative g}}",
        """{"a":"2026-11-06T10:00:00Z","b":"2026-10-31T08:00:00Z","c":"2026-11-03T09:05:30Z","d":"2026-11-03T10:30:00Z","e":"2026-11-03T09:02:30Z","f":"2026-12-10T00:00:00Z","g":"2024-10-01T00:00:00Z"}""")
        .ShouldBe(expected);

    [Theory]
    [InlineData("""{{date at "long" "local" "not a locale"}}""")]
    [InlineData("""{{money at "euro"}}""")]
    [InlineData("""{{money at "EUR" "not a locale"}}""")]
    [InlineData("""{{relative at "1"}}""")]
    [InlineData("""{{date at "long" "Nowhere/At-all"}}""")]
    [InlineData("""{{truncate at}}""")]
    public void What_can_never_be_right_is_refused_when_it_is_saved(string template) => TemplateOf.HtmlIssue(template).Code.ShouldBe(TemplateCodes.Syntax);

    [Fact]
    public void The_document_lists_the_locales_that_are_known()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "templates.md"));

        foreach (var locale in NotificationService.Templates.Language.TemplateFunctions.Locales.Where(name => name != "no"))
            document.ShouldContain($"`{locale}`");
    }

    private static string? Data(string locale, string text, string data)
    {
        var template = TemplateOf.Contents(new JsonObject { ["email"] = new JsonObject { [locale] = new JsonObject { ["subject"] = "s", ["text"] = text } } });
        return TemplateOf.Rendered(template.Render(ChannelKind.Email, locale, Encoding.UTF8.GetBytes(data), For(locale), TemplateOf.Now)).Text;
    }

    private static RecipientModel For(string locale) => new StoredRecipient { Locale = locale, Timezone = "Europe/Paris" }.ForTemplates();
}
