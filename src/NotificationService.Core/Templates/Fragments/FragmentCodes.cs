namespace NotificationService.Templates.Fragments;

/// <summary>Codes of what is wrong with how templates, layouts and partials fit together.</summary>
public static class FragmentCodes
{
    /// <summary>There is no such layout or partial, or it says nothing in this channel.</summary>
    public const string Unknown = "partial_unknown";
    public const string Cycle = "partial_cycle";
    public const string LayoutUnknown = "layout_unknown";

    /// <summary><c>{{&gt; @content}}</c> does not stand once, or not in a layout.</summary>
    public const string Slot = "content_slot";
}
