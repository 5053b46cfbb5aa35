namespace NotificationService.Users;

/// <summary>A person who is to be invited.</summary>
/// <param name="Email">The address to sign in with.</param>
/// <param name="Name">What the person is called.</param>
/// <param name="UserId">The person as a recipient; the id of the row if it is null.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Groups">Free names.</param>
public sealed record UserInput(string? Email, string? Name, string? UserId, IReadOnlyList<string?>? Roles, IReadOnlyList<string?>? Groups)
{
    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a user to be invited";
}

/// <summary>What is to become of a person; what is null stays.</summary>
public sealed record UserChange(string? Name, IReadOnlyList<string?>? Roles, IReadOnlyList<string?>? Groups);

/// <summary>What is wrong with a field.</summary>
/// <param name="Pointer">Which, as a JSON pointer.</param>
public sealed record UserIssue(string Pointer, string Code, string Message);
