using Carillon.Mail;

namespace Carillon.Channels.Email;

/// <summary>
/// Shares connections between providers: a thousand tenants with the same relay and login speak to it over the same few. What is
/// equal is decided by every option, password included, so that nobody sends over a login that he does not know. Thread-safe.
/// </summary>
internal sealed class SmtpTransportPool(TimeProvider time)
{
    private readonly Dictionary<SmtpOptions, Shared> _transports = [];

    public int Count
    {
        get
        {
            lock (_transports) return _transports.Count;
        }
    }

    /// <summary>The transport of these options, opened when nobody has it yet. Disposing the lease closes it when it was the last.</summary>
    public Lease Rent(SmtpOptions options)
    {
        lock (_transports)
        {
            if (!_transports.TryGetValue(options, out var shared))
                _transports.Add(options, shared = new Shared(new SmtpTransport(options, time)));
            shared.Leases++;
            return new Lease(this, options, shared.Transport);
        }
    }

    private ValueTask ReturnAsync(SmtpOptions options)
    {
        lock (_transports)
        {
            var shared = _transports[options];
            if (--shared.Leases > 0) return ValueTask.CompletedTask;
            _transports.Remove(options);
            return shared.Transport.DisposeAsync();
        }
    }

    internal sealed class Lease(SmtpTransportPool pool, SmtpOptions options, SmtpTransport transport) : IAsyncDisposable
    {
        private int _returned;

        public SmtpTransport Transport { get; } = transport;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, 1) == 0 ? pool.ReturnAsync(options) : ValueTask.CompletedTask;
    }

    private sealed class Shared(SmtpTransport transport)
    {
        public SmtpTransport Transport { get; } = transport;

        public int Leases { get; set; }
    }
}
