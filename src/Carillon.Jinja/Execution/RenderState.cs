using System.Runtime.CompilerServices;
using Carillon.Jinja.Values;

namespace Carillon.Jinja.Execution;

/// <summary>
/// What one render carries with it: its output, its limits and how much of them is used. It is kept by the thread and used
/// again, so that a render allocates little besides what it prints.
/// </summary>
internal sealed class RenderState
{
    /// <summary>How many steps pass between looks at the clock and the cancellation.</summary>
    private const int StepsBetweenLooks = 1024;

    private long _stepsLeft;
    private int _credit;
    private long _bytes;
    private int _depth;
    private int _valueDepth;
    private long _started;
    private CancellationToken _cancellation;

    public Utf8Output Output { get; } = new();

    /// <summary>The context of the template, block or macro that runs now.</summary>
    public Context Context { get; set; } = null!;

    public JinjaEnvironment Environment { get; private set; } = null!;

    public JinjaOptions Options { get; private set; } = null!;

    /// <summary>The modules that templates imported without context in this render.</summary>
    public Dictionary<CompiledTemplate, ModuleObject>? Modules { get; set; }

    private Frame? _frame;

    private Context? _context;

    /// <summary>The context of the outermost template. It and its frame are used again by the next render.</summary>
    public Context RootContext(CompiledTemplate template, DictObject? root)
    {
        if (_context is null) return _context = new Context(template, null, root);
        _context.Reset(template, root);
        return _context;
    }

    /// <summary>A frame for the outermost template, whose variables are cleared when the render ends.</summary>
    public Frame RootFrame(Context context, int slotCount)
    {
        if (_frame is null) return _frame = new Frame(this, context, new JinjaValue[Math.Max(32, slotCount)], null);
        if (_frame.Slots.Length < slotCount) _frame.Slots = new JinjaValue[slotCount];
        _frame.Context = context;
        return _frame;
    }

    public void Begin(JinjaEnvironment environment, CancellationToken cancellation)
    {
        Environment = environment;
        var options = Options = environment.Options;
        _cancellation = cancellation;
        _stepsLeft = options.MaxSteps;
        _credit = 0;
        _bytes = 0;
        _depth = 0;
        _valueDepth = 0;
        _started = 0;
        Output.Begin(this);
        cancellation.ThrowIfCancellationRequested();
        _credit = (int)Math.Min(StepsBetweenLooks, _stepsLeft);
        _stepsLeft -= _credit;
    }

    public void End()
    {
        Modules = null;
        if (_frame is not null) Array.Clear(_frame.Slots);
        _context?.Reset(null!, null);
        Context = null!;
        _cancellation = default;
        Output.End();
    }

    /// <summary>Counts one step. Every statement run, every call and every item taken from something iterated is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Tick()
    {
        if (--_credit < 0) Refill();
    }

    public void Tick(int steps)
    {
        _credit -= steps;
        if (_credit < 0) Refill();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill()
    {
        // Credit below zero are steps taken beyond what was lent.
        _stepsLeft += Math.Min(_credit, 0);
        if (_stepsLeft < 0) throw new LimitExceededException(JinjaLimit.Steps, $"the render took more than {Options.MaxSteps} steps");
        _credit = (int)Math.Min(StepsBetweenLooks, _stepsLeft);
        _stepsLeft -= _credit;
        _cancellation.ThrowIfCancellationRequested();
        if (Options.MaxDuration == Timeout.InfiniteTimeSpan) return;
        // Most renders end before the first look, and never ask for the time.
        if (_started == 0) _started = Options.TimeProvider.GetTimestamp();
        else if (Options.TimeProvider.GetElapsedTime(_started) > Options.MaxDuration)
            throw new LimitExceededException(JinjaLimit.Duration, $"the render took longer than {Options.MaxDuration}");
    }

    /// <summary>Takes bytes from the one budget that output and all intermediate text and lists share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(long bytes)
    {
        _bytes += bytes;
        if (_bytes > Options.MaxOutputBytes) ThrowBytes();
    }

    public void ChargeProduct(long size, long count)
    {
        if (size != 0 && count > Options.MaxOutputBytes / size) ThrowBytes();
        Charge(size * count);
    }

    public long BytesUsed => _bytes;

    public void ThrowBytes() =>
        throw new LimitExceededException(JinjaLimit.Bytes, $"the render took more than {Options.MaxOutputBytes} bytes");

    /// <summary>Goes one level deeper: a macro, a block, an include, a recursive loop.</summary>
    public void Enter()
    {
        Tick();
        if (++_depth > Options.MaxRecursion || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _depth--;
            throw new LimitExceededException(JinjaLimit.Recursion, $"the render is nested deeper than {Options.MaxRecursion} levels");
        }
    }

    public void Leave() => _depth--;

    public void EnterValue()
    {
        if (++_valueDepth <= 200) return;
        _valueDepth--;
        throw new LimitExceededException(JinjaLimit.Recursion, "a value is nested deeper than 200 levels");
    }

    public void LeaveValue() => _valueDepth--;

    public JinjaValue UndefinedName(string name) =>
        JinjaValue.From(new UndefinedValue(Options.Undefined, null, JinjaValue.Missing, name));

    public JinjaValue UndefinedMember(JinjaValue owner, JinjaValue name) =>
        JinjaValue.From(new UndefinedValue(Options.Undefined, null, owner, name));

    public JinjaValue UndefinedHint(string hint, string? name = null) =>
        JinjaValue.From(new UndefinedValue(Options.Undefined, hint, JinjaValue.Missing, name));

    public JinjaValue UnsafeMember(JinjaValue owner, string name) =>
        JinjaValue.From(new UndefinedValue(Options.Undefined, $"access to attribute '{name}' of '{Python.TypeName(owner)}' object is unsafe.", owner, name, unsafeAccess: true));
}
