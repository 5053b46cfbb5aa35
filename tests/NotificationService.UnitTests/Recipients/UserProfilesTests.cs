using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using NotificationService.Recipients;
using NotificationService.Recipients.UserService;
using NotificationService.Tenants;
using NotificationService.Testing;

namespace NotificationService.UnitTests.Recipients;

public sealed class UserProfilesTests : IDisposable
{
    private static readonly TenantId Tenant = new(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a01"));

    private readonly ManualTime time = new();
    private readonly FakeUsers users = new();

    [Fact]
    public async Task The_question_names_the_tenant_and_the_person_and_carries_the_token()
    {
        await FindAsync(Profiles(token: "s3cret"), "ann/../x?y#z %");

        var asked = users.Asked.ShouldHaveSingleItem();
        asked.RequestUri!.AbsoluteUri.ShouldBe("https://users.test/api/users/ann%2F..%2Fx%3Fy%23z%20%25");
        asked.Headers.GetValues(UserServiceClient.TenantHeader).ShouldBe([Tenant.ToString()]);
        asked.Headers.Authorization!.ToString().ShouldBe("Bearer s3cret");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_that_would_be_another_address_is_not_asked_about(string userId)
    {
        (await FindAsync(Profiles(), userId)).ShouldBeOfType<ProfileAnswer.Unknown>();
        users.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_answered_is_taken_field_by_field_and_what_is_not_what_it_should_be_is_left_out()
    {
        users.Always("""{"userId":"ann","name":"Ann","email":7,"phone":null,"whatsapp":"+14155550100","deviceTokens":["a",1,"b"],"locale":{},"timezone":"Europe/Berlin","more":[1]}""");

        var profile = (await FindAsync(Profiles(), "ann")).ShouldBeOfType<ProfileAnswer.Known>().Profile;

        (profile.Name, profile.Email, profile.Phone, profile.Whatsapp, profile.Locale, profile.Timezone).ShouldBe(("Ann", null, null, "+14155550100", null, "Europe/Berlin"));
        profile.DeviceTokens.ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("""{"userId":"bob","email":"bob@example.com"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public async Task An_answer_about_somebody_else_or_nobody_is_none(string body)
    {
        users.Always(body);

        (await FindAsync(Profiles(), "ann")).ShouldBe(ProfileAnswer.Unavailable.Failed);
    }

    [Fact]
    public async Task An_endless_answer_is_not_read_to_its_end()
    {
        users.Always("{\"name\":\"" + new string('x', 1_000_000) + "\"}");

        (await FindAsync(Profiles(), "ann")).ShouldBe(ProfileAnswer.Unavailable.Failed);
    }

    [Fact]
    public async Task An_answer_is_good_for_five_minutes_and_a_404_for_one()
    {
        var profiles = Profiles();
        await FindAsync(profiles, "ann");
        time.Advance(TimeSpan.FromSeconds(299));
        await FindAsync(profiles, "ann");
        users.Asked.Count.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(2));
        await FindAsync(profiles, "ann");
        users.Asked.Count.ShouldBe(2);

        users.Always(HttpStatusCode.NotFound);
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileAnswer.Unknown>();
        time.Advance(TimeSpan.FromSeconds(59));
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileAnswer.Unknown>();
        users.Asked.Count.ShouldBe(3);
        time.Advance(TimeSpan.FromSeconds(2));
        await FindAsync(profiles, "bob");
        users.Asked.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Another_tenants_person_of_the_same_id_is_another_person()
    {
        var profiles = Profiles();
        await FindAsync(profiles, "ann");
        users.Always("""{"email":"other@example.com"}""");

        var other = await profiles.FindAsync(new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a02")), "ann", CancellationToken.None);

        other.ShouldBeOfType<ProfileAnswer.Known>().Profile.Email.ShouldBe("other@example.com");
    }

    [Fact]
    public async Task Many_who_ask_for_one_person_at_once_share_one_question_and_who_gives_up_leaves_it_to_the_others()
    {
        var release = new TaskCompletionSource();
        users.Answer = async (_, _) =>
        {
            await release.Task;
            return FakeUsers.Json("""{"email":"ann@example.com"}""");
        };
        var profiles = Profiles();
        using var impatient = new CancellationTokenSource();
        var first = profiles.FindAsync(Tenant, "ann", impatient.Token).AsTask();
        var others = Enumerable.Range(0, 50).Select(_ => FindAsync(profiles, "ann")).ToList();

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        release.SetResult();

        (await Task.WhenAll(others)).ShouldAllBe(answer => answer is ProfileAnswer.Known);
        users.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task While_it_fails_what_it_said_last_is_good_for_an_hour()
    {
        var profiles = Profiles();
        await FindAsync(profiles, "ann");
        users.Always(HttpStatusCode.InternalServerError);
        time.Advance(TimeSpan.FromMinutes(64));
        (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileAnswer.Known>();

        time.Advance(TimeSpan.FromMinutes(2));

        (await FindAsync(profiles, "ann")).ShouldBe(ProfileAnswer.Unavailable.Failed);
    }

    [Fact]
    public async Task A_service_that_fails_is_left_alone_for_seconds_and_then_asked_once()
    {
        users.Always(HttpStatusCode.InternalServerError);
        var profiles = Profiles();
        for (var i = 0; i < 10; i++)
            (await FindAsync(profiles, $"p{i}")).ShouldBe(ProfileAnswer.Unavailable.Failed);

        for (var i = 0; i < 20; i++)
            (await FindAsync(profiles, $"q{i}")).ShouldBe(ProfileAnswer.Unavailable.Down);
        users.Asked.Count.ShouldBe(10);

        time.Advance(TimeSpan.FromSeconds(6));
        users.Always("""{"email":"ann@example.com"}""");
        (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileAnswer.Known>();
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileAnswer.Known>();
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    [InlineData(HttpStatusCode.Redirect, false)]
    [InlineData(HttpStatusCode.NoContent, false)]
    public async Task What_concerns_everybody_is_told_from_what_concerns_one_person(HttpStatusCode status, bool isDown)
    {
        users.Always(status);

        (await FindAsync(Profiles(), "ann")).ShouldBe(new ProfileAnswer.Unavailable(isDown));
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up_after_two_seconds()
    {
        users.Answer = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HttpResponseMessage();
        };
        var question = FindAsync(Profiles(), "ann");
        await Eventually.TrueAsync(() => users.Asked.Count == 1, TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(1.9));
        question.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(0.2));

        (await question).ShouldBe(ProfileAnswer.Unavailable.Failed);
    }

    [Fact]
    public async Task Whoever_was_not_asked_for_longest_is_forgotten_first()
    {
        var profiles = Profiles(size: 2);
        await FindAsync(profiles, "ann");
        await FindAsync(profiles, "bob");
        await FindAsync(profiles, "ann");
        await FindAsync(profiles, "cleo");
        users.Asked.Count.ShouldBe(3);

        await FindAsync(profiles, "ann");
        users.Asked.Count.ShouldBe(3);
        await FindAsync(profiles, "bob");
        users.Asked.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("users.test/api")]
    [InlineData("ftp://users.test")]
    [InlineData("https://me:secret@users.test")]
    [InlineData("https://users.test/?a=b")]
    public void An_address_that_is_none_stops_the_start(string url) =>
        new UserServiceOptions { BaseUrl = new Uri(url, UriKind.RelativeOrAbsolute) }.Errors().ShouldHaveSingleItem().ShouldContain("BaseUrl");

    public void Dispose() => users.Dispose();

    private static Task<ProfileAnswer> FindAsync(UserProfiles profiles, string userId) => profiles.FindAsync(Tenant, userId, CancellationToken.None).AsTask();

    private UserProfiles Profiles(string? token = null, int size = 1_000)
    {
        var options = new UserServiceOptions { BaseUrl = new Uri("https://users.test/api/"), Token = token, CacheSize = size };
        return new UserProfiles(new UserServiceClient(options, users, time), options, new UserServiceMetrics(), time, NullLogger<UserProfiles>.Instance);
    }
}
