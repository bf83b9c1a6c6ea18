namespace Carillon.Messages;

/// <summary>Whose data a row is. Number 0 is the installation itself: its providers serve tenants that have none of their own.</summary>
public readonly record struct TenantId(int Value)
{
    public static readonly TenantId Installation = new(0);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A lane: the queue of one tenant, channel and priority. Its number packs the three, tenant first, so that it is a key by itself:
/// <code>
/// 63        32 31      16 15     8 7      0
/// | tenant    | 0        | channel| priority|
/// </code>
/// </summary>
public readonly record struct LaneKey(long Value)
{
    public LaneKey(TenantId tenant, Channel channel, Priority priority)
        : this(((long)tenant.Value << 32) | ((long)channel << 8) | (long)priority)
    {
    }

    public TenantId Tenant => new((int)(Value >> 32));

    public Channel Channel => (Channel)(byte)(Value >> 8);

    public Priority Priority => (Priority)(byte)Value;
}
