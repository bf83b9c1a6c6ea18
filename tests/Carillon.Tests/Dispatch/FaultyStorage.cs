using System.Reflection;
using Carillon.Storage;

namespace Carillon.Tests.Dispatch;

/// <summary>A store of which single calls of the queue, the log, the limits or the alerts fail, as a test says.</summary>
internal sealed class FaultyStorage : IStorage
{
    private readonly IStorage _inner;

    /// <param name="fault">By the name of a method and its arguments: what it throws; null lets it through.</param>
    public FaultyStorage(IStorage inner, Func<string, object?[], Exception?> fault)
    {
        _inner = inner;
        Queue = Between(inner.Queue, fault);
        Log = Between(inner.Log, fault);
        Limits = Between(inner.Limits, fault);
        Alerts = Between(inner.Alerts, fault);
    }

    public IQueueStore Queue { get; }

    public IMessageLog Log { get; }

    public IContactStore Contacts => _inner.Contacts;

    public ITemplateStore Templates => _inner.Templates;

    public IProviderStore Providers => _inner.Providers;

    public IAttachmentStore Attachments => _inner.Attachments;

    public ITenantStore Tenants => _inner.Tenants;

    public ILimitStore Limits { get; }

    public IAlertStore Alerts { get; }

    public IFigureStore Figures => _inner.Figures;

    public ICounterStore Counters => _inner.Counters;

    public ISenderStore Senders => _inner.Senders;

    public ISealedStore Sealed => _inner.Sealed;

    public INodeStore Nodes => _inner.Nodes;

    public bool IsShared => _inner.IsShared;

    public string Description => _inner.Description;

    public Task OpenAsync(CancellationToken cancellationToken = default) => _inner.OpenAsync(cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private static T Between<T>(T inner, Func<string, object?[], Exception?> fault) where T : class
    {
        var proxy = DispatchProxy.Create<T, Proxy>();
        ((Proxy)(object)proxy).Set(inner, fault);
        return proxy;
    }

    internal class Proxy : DispatchProxy
    {
        private object _target = null!;
        private Func<string, object?[], Exception?> _fault = null!;

        public void Set(object target, Func<string, object?[], Exception?> fault) => (_target, _fault) = (target, fault);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            _fault(targetMethod!.Name, args ?? []) is { } fault ? throw fault : targetMethod.Invoke(_target, args);
    }
}
