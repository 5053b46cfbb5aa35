namespace NotificationService.Templates.Fragments;

/// <summary>A fragment is text that templates share: a layout stands around what they say, a partial stands within. The numbers are stored.</summary>
public enum FragmentKind : short
{
    Layout = 1,
    Partial = 2,
}

/// <summary>The kinds by their names in the API and in messages.</summary>
public static class FragmentKinds
{
    public static string ToName(this FragmentKind kind) => kind == FragmentKind.Layout ? "layout" : "partial";
}
