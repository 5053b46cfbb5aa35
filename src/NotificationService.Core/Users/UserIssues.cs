namespace NotificationService.Users;

/// <summary>What a change that was not made says of the fields of one person among many.</summary>
public static class UserIssues
{
    public static IReadOnlyList<UserIssue> Of(UserSaved saved) => saved switch
    {
        UserSaved.Saved => [],
        UserSaved.Invalid invalid => invalid.Issues,
        UserSaved.Taken taken => [new UserIssue(taken.Code == "email_taken" ? "/email" : "/userId", taken.Code, taken.Reason)],
        UserSaved.NotAllowed => [new UserIssue("/roles", "forbidden", "Only a platform admin gives the role platform_admin.")],
        UserSaved.TooManyPeople full => [new UserIssue("", "too_many", $"A tenant has at most {full.Max} users.")],
        UserSaved.TooManyInvitations many => [new UserIssue("", "too_many_invitations", $"A tenant sends at most {many.Max} invitations a day.")],
        _ => throw new ArgumentOutOfRangeException(nameof(saved), saved, "nobody was to be invited"),
    };
}
