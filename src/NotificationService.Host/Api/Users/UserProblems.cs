using NotificationService.Host.Http;
using NotificationService.Users;

namespace NotificationService.Host.Api.Users;

/// <summary>What a change of a user that was not made is answered with.</summary>
internal static class UserProblems
{
    /// <summary>Null for one that was made.</summary>
    public static ProblemResult? Of(UserSaved saved) => saved switch
    {
        UserSaved.Saved => null,
        UserSaved.Invalid invalid => Problems.Validation([.. invalid.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
        UserSaved.LastAdmin => Problems.Conflict("Nobody would be left who may look after the tenant. Make another user an admin first, who has accepted the invitation.", "last_admin"),
        UserSaved.NotAllowed => Problems.Of(403, "forbidden", "This caller may not do that", "Only a platform admin gives or changes the role platform_admin."),
        UserSaved.Taken taken => Problems.Conflict(taken.Reason, taken.Code),
        UserSaved.TooManyPeople full => Problems.Conflict($"A tenant has at most {full.Max} users.", "too_many"),
        UserSaved.TooManyInvitations many => Problems.LimitReached("too_many_invitations", $"A tenant sends at most {many.Max} invitations a day.", many.Wait),
        UserSaved.NotInvited => Problems.Conflict("The user is not waiting for an invitation.", "not_invited"),
        _ => Problems.NotFound(),
    };
}
