using NotificationService.Channels;

namespace NotificationService.Templates.Samples;

/// <summary>A sample rendered with a version, beside the version that is published.</summary>
/// <param name="Problems">Why it could not be sent; nothing if it could.</param>
public sealed record SampleResult(string Name, string? Locale, IReadOnlyList<SampleProblem> Problems, IReadOnlyList<SampleChange> Changes);

/// <param name="Channel">Null for what concerns them all.</param>
public sealed record SampleProblem(ChannelKind? Channel, string Code, string Message);

/// <summary>A field that says something else than the published version does.</summary>
/// <param name="Lines">Those that go with a minus, those that come with a plus, a few that stay with a space.</param>
public sealed record SampleChange(ChannelKind Channel, string Field, IReadOnlyList<string> Lines);
