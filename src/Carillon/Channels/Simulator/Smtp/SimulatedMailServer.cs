using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Carillon.Channels.Simulator.Vendors;

namespace Carillon.Channels.Simulator.Smtp;

/// <summary>
/// A mail server on a loopback port of its own (RFC 5321, with STARTTLS, AUTH, PIPELINING, SIZE, 8BITMIME, SMTPUTF8 and enhanced status
/// codes) that delivers nothing, and fails as it is told: by settings, or by the address of the recipient. It listens from its making on.
/// Thread-safe.
/// </summary>
internal sealed class SimulatedMailServer : ISimulatedVendor
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly VendorSettings _settings;
    private readonly VendorAccount _account;
    private readonly TimeProvider _time;
    private readonly MailRefusals _refusals;
    private readonly Task _accepting;

    public SimulatedMailServer(VendorSettings settings, TimeProvider time)
    {
        (_settings, _account, _refusals, _time) = (settings, new VendorAccount(settings), new MailRefusals(time), time);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public IReadOnlyList<VendorMessage> Messages => _account.List();

    /// <summary>A mail server tells what it knows while it is asked.</summary>
    public Task Reports => Task.CompletedTask;

    public ValueTask<string> ReplyAsync(string from, string to, string text, CancellationToken cancellationToken) =>
        new("Not sent: a mail server calls nobody back.");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions.Keys);
        _stop.Dispose();
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            // A listener that was stopped before it was waited on says that it does not listen.
            catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
            {
                return;
            }

            var session = new SimulatedMailSession(client, _certificate, _settings, _account, _refusals, _time).RunAsync(_stop.Token);
            _sessions[session] = 0;
            _ = session.ContinueWith(done => _sessions.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    /// <summary>Signed by itself, for this process alone.</summary>
    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        // A server on some platforms wants the key to have been imported.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
