namespace NotificationService.Templates.Language;

/// <summary>A tag that names a partial: <c>{{&gt; footer}}</c>, or in a layout <c>{{&gt; @content}}</c>, with the place where it stands in the text.</summary>
internal sealed record PartialTag(string Key, int Start, int End, Trim Trim)
{
    /// <summary>Where a layout takes what the template says. No partial has such a key.</summary>
    public const string Slot = "@content";

    public bool IsSlot => Key == Slot;
}
