namespace Carillon.Jinja;

/// <summary>Tags that Jinja has, but only where they are asked for.</summary>
[Flags]
public enum JinjaExtensions
{
    None = 0,

    /// <summary><c>{% do list.append(1) %}</c>: an expression for its effect alone.</summary>
    Do = 1,

    /// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
    LoopControls = 2,

    /// <summary><c>{% trans %}</c>, which calls the globals <c>gettext</c>, <c>ngettext</c>, <c>pgettext</c> and <c>npgettext</c>.</summary>
    I18n = 4,
}
