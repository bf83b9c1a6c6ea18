namespace Carillon.Jinja;

/// <summary>An object of the host that shows templates the members it chooses. Nothing is found by reflection.</summary>
public abstract class JinjaExposed
{
    /// <summary>Finds a member. Names that start with an underscore are never asked for.</summary>
    /// <remarks>Called while rendering, by several renders at once where the object is shared.</remarks>
    public abstract bool TryGetMember(string name, out JinjaValue value);
}
