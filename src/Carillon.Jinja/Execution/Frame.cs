namespace Carillon.Jinja.Execution;

/// <summary>
/// One activation of a template, block, macro or recursive loop: its variables by slot. A macro reaches those of the function it is
/// defined in through <see cref="Parent"/>, and sees what they hold when it is called.
/// </summary>
internal sealed class Frame(RenderState state, Context context, JinjaValue[] slots, Frame? parent)
{
    public readonly RenderState State = state;
    public readonly Frame? Parent = parent;
    public Context Context = context;
    public JinjaValue[] Slots = slots;

    /// <summary>Where the outermost capture of this frame began in the output; -1 while nothing is captured.</summary>
    private int _captureStart = -1;

    /// <summary>How many bytes were put before captures that were open.</summary>
    private int _shift;

    /// <summary>Begins to capture output.</summary>
    public Capture BeginCapture()
    {
        var start = State.Output.Position;
        var capture = new Capture(start, _shift, _captureStart);
        if (_captureStart < 0) _captureStart = start;
        return capture;
    }

    /// <summary>Where the text of a capture begins now; it is closed.</summary>
    public int EndCapture(Capture capture)
    {
        _captureStart = capture.Outer;
        return capture.Start + _shift - capture.Shift;
    }

    /// <summary>
    /// Prints past all captures of this frame. Jinja does so with what is included without context: it comes out before the block
    /// set or filter block it stands in. Macros are captured themselves, and keep it.
    /// </summary>
    public void WritePastCaptures(JinjaValue value)
    {
        if (_captureStart < 0 || Parent is not null)
        {
            State.Output.WriteValue(value, escape: false);
            return;
        }
        var length = State.Output.Insert(_captureStart, value);
        _captureStart += length;
        _shift += length;
    }
}

/// <summary>An open capture: where it began, and what must be put back when it ends.</summary>
internal readonly record struct Capture(int Start, int Shift, int Outer)
{
}
