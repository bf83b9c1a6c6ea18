using Carillon.Jinja.Execution;

namespace Carillon.Jinja.Values;

/// <summary>An iterator that can be run through once: what lazy filters and <c>reversed</c> give.</summary>
internal sealed class IteratorObject(string typeName, IEnumerator<JinjaValue> source) : ObjectValue
{
    private bool _running;

    public override string TypeName => typeName;

    public override bool IsIterable => true;

    public override IEnumerator<JinjaValue> Iterate(RenderState? state)
    {
        while (Next(out var item))
        {
            state?.Tick();
            yield return item;
        }
    }

    public bool Next(out JinjaValue item)
    {
        if (_running) throw Errors.Value("generator already executing");
        // A lazy filter of a lazy filter of …: each asks the one before it.
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new LimitExceededException(JinjaLimit.Recursion, "lazy filters are chained too deep");
        _running = true;
        try
        {
            var more = source.MoveNext();
            item = more ? source.Current : default;
            return more;
        }
        finally
        {
            _running = false;
        }
    }

    public override void WriteRepr(ReprWriter writer) => writer.Append($"<{typeName} object>");
}
