using Carillon.Security;

namespace Carillon.Tests.Security;

/// <summary>Rings of keys whose 32 bytes are all alike: nothing to stretch, so that tests are quick.</summary>
internal static class Keys
{
    public static readonly KeyRing A = Of(0xAA);
    public static readonly KeyRing B = Of(0xBB);
    public static readonly KeyRing BThenA = Of(0xBB, 0xAA);

    public static KeyRing Of(params byte[] values) => Parse(string.Join(',', values.Select(Text)));

    public static string Text(byte value) => string.Concat(Enumerable.Repeat(Convert.ToHexString([value]), 32));

    public static KeyRing Parse(string text) =>
        KeyRing.TryParse(text, out var ring, out var faults) ? ring : throw new ArgumentException(string.Join(' ', faults), nameof(text));
}
