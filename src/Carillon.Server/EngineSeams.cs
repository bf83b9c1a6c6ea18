// What the server needs of the engine and the engine does not have yet. Each type here gives way to the engine's own.
using Carillon.Dispatch;
using Carillon.Messages;
using Carillon.Providers;
using Carillon.Security;
using Carillon.Storage;
using Carillon.Templates;

namespace Carillon.Server
{
    /// <summary>The intake as the API uses it; a test puts another in its place.</summary>
    internal interface INotificationIntake
    {
        ValueTask<AcceptResult> AcceptAsync(
            TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken);

        ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
            TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
            Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken);

        /// <summary>The faults that the intake would find in a request which has faults already; nothing is stored.</summary>
        ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken);
    }

    internal sealed class EngineIntake(Intake intake) : INotificationIntake
    {
        public ValueTask<AcceptResult> AcceptAsync(
            TenantId tenant, NotificationRequest request, IdempotencyKey? idempotency, Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken) =>
            intake.AcceptAsync(tenant, request, idempotency, writeAnswer, cancellationToken);

        public ValueTask<IReadOnlyList<AcceptResult>> AcceptManyAsync(
            TenantId tenant, IReadOnlyList<NotificationRequest> requests, Guid batchId, bool newBatch, IdempotencyKey? idempotency,
            Func<Notification, byte[]> writeAnswer, CancellationToken cancellationToken) =>
            intake.AcceptManyAsync(tenant, requests, batchId, newBatch, idempotency, writeAnswer, cancellationToken);

        public ValueTask<IReadOnlyList<FieldFault>> CheckAsync(TenantId tenant, NotificationRequest request, CancellationToken cancellationToken) => new([]);
    }

    /// <summary>Whether this node delivers.</summary>
    internal interface IEngineStatus
    {
        bool IsRunning { get; }
    }

    internal sealed class UnknownEngineStatus : IEngineStatus
    {
        public bool IsRunning => false;
    }

    internal static class EngineServices
    {
        /// <summary>
        /// The engine's services: IStorage, INotificationIntake, IEngineStatus, TemplateCatalog, ProviderCatalog, ContentReader,
        /// GatewayCatalog, SimulatorOutbox, and its hosted services. TimeProvider and IdGenerator are there already.
        /// </summary>
        public static IServiceCollection AddEngine(this IServiceCollection services, ServerOptions options) =>
            throw new NotSupportedException("The engine is not part of this build.");
    }

    internal static class KeySeams
    {
        public static ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(this ITenantStore store, TenantId tenant, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        /// <summary>False when the tenant has no such key.</summary>
        public static ValueTask<bool> RevokeKeyAsync(this ITenantStore store, TenantId tenant, Guid id, DateTimeOffset at, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}

namespace Carillon.Dispatch
{
    internal sealed record MessageContentView(string? Subject, string? Text, string? Html, bool? Unchanged, string? Unavailable);

    internal sealed class ContentReader
    {
        /// <summary>The content of a message as it was sent; null when the tenant has no such message.</summary>
        public ValueTask<MessageContentView?> ReadAsync(TenantId tenant, Guid messageId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

namespace Carillon.Templates
{
    internal sealed class TemplateCatalog
    {
        public ValueTask<TemplateCreation> CreateAsync(TenantId tenant, TemplateDraft draft, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

namespace Carillon.Providers
{
    internal sealed class ProviderCatalog
    {
        public ValueTask<ProviderCreation> CreateAsync(TenantId tenant, ProviderDraft draft, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
