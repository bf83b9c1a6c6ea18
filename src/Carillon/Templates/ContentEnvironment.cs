using Carillon.Jinja;

namespace Carillon.Templates;

/// <summary>How the parts of one kind are compiled: as plain text, or as HTML, in which variables are escaped.</summary>
/// <param name="MaxBytes">What one rendered part may have, whatever its syntax.</param>
internal sealed record ContentEnvironment(JinjaEnvironment Jinja, int MaxBytes, bool IsHtml);
