using System.Text;

namespace Carillon.Jinja.Values;

/// <summary>A name a template asks for, with all that a lookup needs worked out when the template is compiled.</summary>
internal sealed class NameKey(string name)
{
    public readonly string Name = name;
    public readonly byte[] Utf8 = Encoding.UTF8.GetBytes(name);
    public readonly int Hash = Hashing.Of(name);
}
