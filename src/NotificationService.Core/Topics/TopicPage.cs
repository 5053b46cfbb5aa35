namespace NotificationService.Topics;

/// <summary>Some subscribers, in the order of the walk.</summary>
/// <param name="People">Each with the topic by which it comes.</param>
/// <param name="End">Where the walk is behind them.</param>
/// <param name="IsLast">Nobody comes after them.</param>
internal sealed record TopicPage(IReadOnlyList<(string Topic, string UserId)> People, TopicPlace End, bool IsLast);
