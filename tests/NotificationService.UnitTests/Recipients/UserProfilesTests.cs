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
        (await FindAsync(Profiles(), userId)).ShouldBeOfType<ProfileResponse.Unknown>();
        users.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_answered_is_taken_field_by_field_and_what_is_not_what_it_should_be_is_left_out()
    {
        users.Always("""{"userId":"ann","name":"Ann","email":7,"phone":null,"whatsapp":"+14155550100","deviceTokens":["a",1,"b"],"locale":{},"timezone":"Europe/Berlin","more":[1]}""");

        var profile = (await FindAsync(Profiles(), "ann")).ShouldBeOfType<ProfileResponse.Known>().Profile;

        (profile.Name, profile.Email, profile.Phone, profile.Whatsapp, profile.Locale, profile.Timezone).ShouldBe(("Ann", null, null, "+14155550100", null, "Europe/Berlin"));
        profile.DeviceTokens.ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("""{"userId":"bob","email":"bob@example.com"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public async Task A_response_about_somebody_else_or_nobody_is_none(string body)
    {
        users.Always(body);

        (await FindAsync(Profiles(), "ann")).ShouldBe(ProfileResponse.Unavailable.Failed);
    }

    [Fact]
    public async Task An_endless_answer_is_not_read_to_its_end()
    {
        users.Always("{\"name\":\"" + new string('x', 1_000_000) + "\"}");

        (await FindAsync(Profiles(), "ann")).ShouldBe(ProfileResponse.Unavailable.Failed);
    }

    [Fact]
    public async Task A_response_is_good_for_five_minutes_and_a_404_for_one()
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
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileResponse.Unknown>();
        time.Advance(TimeSpan.FromSeconds(59));
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileResponse.Unknown>();
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

        other.ShouldBeOfType<ProfileResponse.Known>().Profile.Email.ShouldBe("other@example.com");
    }

    [Fact]
    public async Task Many_who_ask_for_one_person_at_once_share_one_question_and_who_gives_up_leaves_it_to_the_others()
    {
        var release = new TaskCompletionSource();
        users.Response = async (_, _) =>
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

        (await Task.WhenAll(others)).ShouldAllBe(response => response is ProfileResponse.Known);
        users.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task While_it_fails_what_it_said_last_is_good_for_an_hour()
    {
        var profiles = Profiles();
        await FindAsync(profiles, "ann");
        users.Always(HttpStatusCode.InternalServerError);
        time.Advance(TimeSpan.FromMinutes(64));
        (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Known>();

        time.Advance(TimeSpan.FromMinutes(2));

        (await FindAsync(profiles, "ann")).ShouldBe(ProfileResponse.Unavailable.Failed);
    }

    [Fact]
    public async Task A_service_that_fails_is_left_alone_for_seconds_and_then_asked_once()
    {
        users.Always(HttpStatusCode.InternalServerError);
        var profiles = Profiles();
        for (var i = 0; i < 10; i++)
            (await FindAsync(profiles, $"p{i}")).ShouldBe(ProfileResponse.Unavailable.Failed);

        for (var i = 0; i < 20; i++)
            (await FindAsync(profiles, $"q{i}")).ShouldBe(ProfileResponse.Unavailable.Down);
        users.Asked.Count.ShouldBe(10);

        time.Advance(TimeSpan.FromSeconds(6));
        users.Always("""{"email":"ann@example.com"}""");
        (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Known>();
        (await FindAsync(profiles, "bob")).ShouldBeOfType<ProfileResponse.Known>();
    }

    [Fact]
    public async Task A_late_answer_to_what_was_asked_before_does_not_end_the_pause()
    {
        var release = new TaskCompletionSource();
        users.Response = async (request, _) =>
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/slow", StringComparison.Ordinal))
                return new HttpResponseMessage(HttpStatusCode.InternalServerError);
            await release.Task;
            return FakeUsers.Json("{}");
        };
        var profiles = Profiles();
        var slow = FindAsync(profiles, "slow");
        await Eventually.TrueAsync(() => users.Asked.Count == 1, TimeSpan.FromSeconds(60));
        for (var i = 0; i < 10; i++)
            (await FindAsync(profiles, $"p{i}")).ShouldBe(ProfileResponse.Unavailable.Failed);

        release.SetResult();

        (await slow).ShouldBeOfType<ProfileResponse.Known>();
        (await FindAsync(profiles, "ann")).ShouldBe(ProfileResponse.Unavailable.Down);
        users.Asked.Count.ShouldBe(11);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.Forbidden, true)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.RequestTimeout, true)]
    [InlineData(HttpStatusCode.BadGateway, true)]
    [InlineData(HttpStatusCode.GatewayTimeout, true)]
    [InlineData(HttpStatusCode.BadRequest, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    [InlineData(HttpStatusCode.Redirect, false)]
    [InlineData(HttpStatusCode.NoContent, false)]
    public async Task What_concerns_everybody_is_distinguished_from_what_concerns_one_person(HttpStatusCode status, bool isDown)
    {
        users.Always(status);

        (await FindAsync(Profiles(), "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBe(isDown);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_waited_for()
    {
        users.Response = (_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        (await FindAsync(Profiles(), "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue();

        users.Response = (_, _) => throw new HttpIOException(HttpRequestError.ResponseEnded);
        (await FindAsync(Profiles(), "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue();
    }

    [Fact]
    public async Task People_of_whom_it_will_not_hear_do_not_keep_others_from_being_asked_about()
    {
        var profiles = Profiles();
        users.Always(HttpStatusCode.UnprocessableEntity);
        for (var i = 0; i < 30; i++)
            (await FindAsync(profiles, $"p{i}")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeFalse();

        users.Always("""{"email":"ann@example.com"}""");

        (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Known>();
    }

    [Fact]
    public async Task One_tenant_that_it_does_not_let_in_keeps_no_other_from_being_answered()
    {
        var profiles = Profiles();
        var other = new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a02"));
        users.Response = (request, _) => Task.FromResult(
            request.Headers.GetValues(UserServiceClient.TenantHeader).Single() == Tenant.ToString() ? new HttpResponseMessage(HttpStatusCode.Forbidden) : FakeUsers.Json("""{"email":"ann@example.com"}"""));
        for (var i = 0; i < 30; i++)
            (await FindAsync(profiles, $"p{i}")).ShouldBe(ProfileResponse.Unavailable.Down);

        (await profiles.FindAsync(other, "ann", CancellationToken.None)).ShouldBeOfType<ProfileResponse.Known>();
        users.Asked.Count(request => request.Headers.GetValues(UserServiceClient.TenantHeader).Single() == Tenant.ToString()).ShouldBe(10, "it is left alone for this tenant");
    }

    [Fact]
    public async Task One_person_at_whom_it_hangs_while_it_answers_about_others_is_not_waited_for_for_ever()
    {
        var profiles = Profiles();
        users.Response = (request, _) => request.RequestUri!.AbsolutePath.EndsWith("/ann", StringComparison.Ordinal)
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : Task.FromResult(FakeUsers.Json("{}"));
        for (var i = 0; i < 4; i++)
        {
            (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue();
            (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue("nobody else was answered in between");
            (await FindAsync(profiles, $"p{i}")).ShouldBeOfType<ProfileResponse.Known>();
            time.Advance(TimeSpan.FromSeconds(30));
        }

        (await FindAsync(profiles, "ann")).ShouldBe(ProfileResponse.Unavailable.Failed);
    }

    [Fact]
    public async Task One_person_at_whom_it_hangs_and_nobody_else_to_ask_about_is_waited_for_minutes_and_not_for_ever()
    {
        var profiles = Profiles();
        users.Response = (_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        for (var i = 0; i < 90; i++)
        {
            (await FindAsync(profiles, "ann")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue();
            time.Advance(TimeSpan.FromSeconds(5));
        }

        time.Advance(TimeSpan.FromMinutes(2));
        (await FindAsync(profiles, "ann")).ShouldBe(ProfileResponse.Unavailable.Failed);
    }

    [Fact]
    public async Task A_service_that_hangs_at_many_is_waited_for_for_as_long_as_it_takes()
    {
        var profiles = Profiles();
        users.Response = (_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        for (var i = 0; i < 1_200; i++)
        {
            (await FindAsync(profiles, $"p{i % 20}")).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue();
            time.Advance(TimeSpan.FromSeconds(0.5 + (i % 20 == 19 ? 5 : 0)));
        }
    }

    [Fact]
    public async Task One_tenant_with_many_people_leaves_turns_to_the_others()
    {
        var release = new TaskCompletionSource();
        users.Response = async (request, _) =>
        {
            if (request.Headers.GetValues(UserServiceClient.TenantHeader).Single() == Tenant.ToString())
                await release.Task;
            return FakeUsers.Json("{}");
        };
        var profiles = Profiles(concurrency: 4);
        var many = Enumerable.Range(0, 40).Select(i => FindAsync(profiles, $"p{i}")).ToList();
        await Eventually.TrueAsync(() => users.Asked.Count >= 2, TimeSpan.FromSeconds(90));

        (await profiles.FindAsync(new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a02")), "ann", CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30)))
            .ShouldBeOfType<ProfileResponse.Known>();

        release.SetResult();
        (await Task.WhenAll(many)).ShouldAllBe(response => response is ProfileResponse.Known);
    }

    [Fact]
    public async Task No_more_are_asked_about_at_once_than_it_is_said_to_bear_and_who_waits_for_a_turn_loses_no_time()
    {
        var (under, max) = (0, 0);
        var release = new TaskCompletionSource();
        users.Response = async (_, _) =>
        {
            lock (users)
                max = Math.Max(max, ++under);
            await release.Task;
            lock (users)
                under--;
            return FakeUsers.Json("{}");
        };
        var profiles = Profiles(concurrency: 6);
        var questions = Enumerable.Range(0, 40).Select(i => FindAsync(profiles, $"p{i}")).ToList();
        await Eventually.TrueAsync(() => users.Asked.Count >= 3, TimeSpan.FromSeconds(90));
        time.Advance(TimeSpan.FromSeconds(1.9));

        release.SetResult();

        (await Task.WhenAll(questions)).ShouldAllBe(response => response is ProfileResponse.Known);
        max.ShouldBe(3, "half of them are one tenant's");
    }

    [Fact]
    public void What_is_remembered_is_bounded_by_what_it_takes_and_not_only_by_how_many_they_are()
    {
        var cache = new ProfileCache(1_000, 10_000_000, time);
        for (var i = 0; i < 1_000; i++)
            cache.Put((Tenant, $"p{i}"), new ProfileResponse.Known(new StoredRecipient { DeviceTokens = [new string('x', 50_000)] }));

        cache.Count.ShouldBeInRange(50, 100);
        cache.TryGet((Tenant, "p999"), out _, out _).ShouldBeTrue();
        cache.TryGet((Tenant, "p0"), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up_after_two_seconds()
    {
        users.Response = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HttpResponseMessage();
        };
        var question = FindAsync(Profiles(), "ann");
        await Eventually.TrueAsync(() => users.Asked.Count == 1, TimeSpan.FromSeconds(90));
        time.Advance(TimeSpan.FromSeconds(1.9));
        question.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(0.2));

        (await question).ShouldBeOfType<ProfileResponse.Unavailable>().IsDown.ShouldBeTrue("it may be slow to everybody");
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

    private static Task<ProfileResponse> FindAsync(UserProfiles profiles, string userId) => profiles.FindAsync(Tenant, userId, CancellationToken.None).AsTask();

    private UserProfiles Profiles(string? token = null, int size = 1_000, int concurrency = 64)
    {
        var options = new UserServiceOptions { BaseUrl = new Uri("https://users.test/api/"), Token = token, CacheSize = size, Concurrency = concurrency };
        return new UserProfiles(new UserServiceClient(options, users, time), options, new UserServiceMetrics(), time, NullLogger<UserProfiles>.Instance);
    }
}
