using System.Text.Json;
using NotificationService.Notices;
using NotificationService.Templates;

namespace NotificationService.UnitTests.Templates;

/// <summary>What the service itself writes: every text is there, compiles, and says the same in both languages.</summary>
public sealed class SystemTemplatesTests
{
    [Fact]
    public void Every_mail_of_the_service_has_its_text_and_every_text_is_of_one() =>
        TemplateSeed.SystemTemplates().Select(template => template.Key).ShouldBe(SystemTemplates.All, ignoreOrder: true);

    [Fact]
    public void Every_text_compiles_in_English_and_French_with_html_and_plain_text()
    {
        foreach (var template in TemplateSeed.SystemTemplates())
        {
            using var contents = JsonDocument.Parse(template.Contents);

            TemplateContentsCheck.Compile(contents.RootElement, "/contents").Issues.ShouldBeEmpty(template.Key);

            var mail = contents.RootElement.GetProperty("email");
            foreach (var language in (string[])["en", "fr"])
            {
                foreach (var part in (string[])["subject", "html", "text"])
                    mail.GetProperty(language).GetProperty(part).GetString().ShouldNotBeNullOrWhiteSpace($"{template.Key} {language} {part}");
            }
        }
    }

    [Fact]
    public void Every_text_that_a_new_tenant_begins_with_compiles()
    {
        foreach (var template in TemplateSeed.Templates())
        {
            using var contents = JsonDocument.Parse(template.Contents);
            TemplateContentsCheck.Compile(contents.RootElement, "/contents").Issues.ShouldBeEmpty(template.Key);
        }
    }
}
