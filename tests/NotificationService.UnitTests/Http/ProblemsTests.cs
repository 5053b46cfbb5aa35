using NotificationService.Host.Http;

namespace NotificationService.UnitTests.Http;

public sealed class ProblemsTests
{
    [Fact]
    public void A_response_names_fifty_errors_and_says_that_there_may_be_more()
    {
        var problem = Problems.Validation([.. Enumerable.Range(0, 300_000).Select(Error)]).Value;

        problem.Errors.ShouldNotBeNull().ShouldBe(Enumerable.Range(0, 50).Select(Error));
        problem.Detail.ShouldBe("50 fields or more are not valid; 50 of them are named");
    }

    [Theory]
    [InlineData(1, "wrong 0")]
    [InlineData(2, "2 fields are not valid")]
    [InlineData(49, "49 fields are not valid")]
    public void Fewer_are_counted(int count, string detail)
    {
        var problem = Problems.Validation([.. Enumerable.Range(0, count).Select(Error)]).Value;

        problem.Errors.ShouldNotBeNull().Count.ShouldBe(count);
        problem.Detail.ShouldBe(detail);
    }

    private static FieldError Error(int number) => new($"/channels/{number}", "unknown_channel", $"wrong {number}");
}
