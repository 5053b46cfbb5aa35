using System.Net;

namespace NotificationService.EndToEndTests.Templates;

/// <summary>Whoever wants to send a file learns that nobody does, and what to do.</summary>
public sealed class AttachmentsTests(TemplateEditor editor) : IClassFixture<TemplateEditor>
{
    [Theory]
    [InlineData("services/notifications/send", """{"template":"welcome","channel":"email","recipient":{"email":"ann@example.com"},"data":{},"attachments":[{"filename":"a.pdf","content":"JVBERg=="}]}""", "/attachments")]
    [InlineData("services/notifications/send", """{"channel":"email","recipient":{"email":"ann@example.com"},"content":{"subject":"s","text":"t","attachments":[]}}""", "/content/attachments")]
    [InlineData("services/notifications/send-batch", """{"template":"welcome","channel":"email","attachments":[],"notifications":[{"recipient":{"email":"ann@example.com"}}]}""", "/attachments")]
    [InlineData("admin/templates", """{"key":"files","name":"n","contents":{"email":{"en":{"subject":"s","text":"t","attachments":[{"url":"https://example.com/a.pdf"}]}}}}""", "/contents/email/en/attachments")]
    public async Task A_wish_for_attachments_is_answered_with_what_to_do(string route, string body, string pointer)
    {
        var (status, response) = await editor.CallAsync(HttpMethod.Post, $"/api/v1/{route}", body);

        status.ShouldBe(HttpStatusCode.UnprocessableEntity, response.GetRawText());
        var error = response.GetProperty("errors")[0];
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("code").GetString().ShouldBe("attachments_not_supported");
        error.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("link");
    }

    [Fact]
    public async Task A_batchs_other_items_are_taken()
    {
        var (_, response) = await editor.CallAsync(HttpMethod.Post, "/api/v1/services/notifications/send-batch",
            """{"template":"otp","channel":"sms","notifications":[{"recipient":{"phone":"+14155550100"},"data":{"code":"1"},"attachments":[]},{"recipient":{"phone":"+14155550101"},"data":{"code":"2"}}]}""");

        response.GetRawText().ShouldContain("attachments_not_supported");
    }
}
