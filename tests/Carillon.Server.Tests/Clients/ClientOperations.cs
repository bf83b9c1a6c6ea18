using System.Reflection;
using Carillon.Client;

namespace Carillon.Server.Tests.Clients;

/// <summary>Which method of the client makes which operation of the API. A new operation needs a line here.</summary>
internal static class ClientOperations
{
    /// <summary>By operationId.</summary>
    public static readonly IReadOnlyDictionary<string, MethodInfo> Methods = new Dictionary<string, MethodInfo>(StringComparer.Ordinal)
    {
        ["createNotification"] = Of<NotificationsClient>(nameof(NotificationsClient.SendAsync)),
        ["createBatch"] = Of<NotificationsClient>(nameof(NotificationsClient.SendManyAsync)),
        ["previewNotification"] = Of<NotificationsClient>(nameof(NotificationsClient.PreviewAsync)),
        ["listNotifications"] = Of<NotificationsClient>(nameof(NotificationsClient.ListAsync)),
        ["getNotification"] = Of<NotificationsClient>(nameof(NotificationsClient.GetAsync)),
        ["cancelNotification"] = Of<NotificationsClient>(nameof(NotificationsClient.CancelAsync)),
        ["createAttachment"] = Of<AttachmentsClient>(nameof(AttachmentsClient.CreateAsync)),
        ["getAttachment"] = Of<AttachmentsClient>(nameof(AttachmentsClient.GetAsync)),
        ["getAttachmentContent"] = Of<AttachmentsClient>(nameof(AttachmentsClient.GetContentAsync)),
        ["listBatches"] = Of<BatchesClient>(nameof(BatchesClient.ListAsync)),
        ["getBatch"] = Of<BatchesClient>(nameof(BatchesClient.GetAsync)),
        ["cancelBatch"] = Of<BatchesClient>(nameof(BatchesClient.CancelAsync)),

        ["listMessages"] = Of<MessagesClient>(nameof(MessagesClient.ListAsync)),
        ["getMessage"] = Of<MessagesClient>(nameof(MessagesClient.GetAsync)),
        ["getMessageContent"] = Of<MessagesClient>(nameof(MessagesClient.GetContentAsync)),
        ["retryMessage"] = Of<MessagesClient>(nameof(MessagesClient.RetryAsync)),
        ["getQueue"] = Of<OperationsClient>(nameof(OperationsClient.GetQueueAsync)),

        ["createTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.CreateAsync)),
        ["listTemplates"] = Of<TemplatesClient>(nameof(TemplatesClient.ListAsync)),
        ["getTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.GetAsync)),
        ["updateTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.UpdateAsync)),
        ["deleteTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.DeleteAsync)),
        ["rollbackTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.RollbackAsync)),
        ["createTemplateVersion"] = Of<TemplatesClient>(nameof(TemplatesClient.CreateVersionAsync)),
        ["listTemplateVersions"] = Of<TemplatesClient>(nameof(TemplatesClient.ListVersionsAsync)),
        ["getTemplateVersion"] = Of<TemplatesClient>(nameof(TemplatesClient.GetVersionAsync)),
        ["replaceTemplateVersion"] = Of<TemplatesClient>(nameof(TemplatesClient.ReplaceVersionAsync)),
        ["publishTemplateVersion"] = Of<TemplatesClient>(nameof(TemplatesClient.PublishAsync)),
        ["diffTemplateVersions"] = Of<TemplatesClient>(nameof(TemplatesClient.DiffAsync)),
        ["testTemplate"] = Of<TemplatesClient>(nameof(TemplatesClient.TestAsync)),

        ["createProvider"] = Of<ProvidersClient>(nameof(ProvidersClient.CreateAsync)),
        ["listProviders"] = Of<ProvidersClient>(nameof(ProvidersClient.ListAsync)),
        ["listProviderKinds"] = Of<ProvidersClient>(nameof(ProvidersClient.ListKindsAsync)),
        ["getProvider"] = Of<ProvidersClient>(nameof(ProvidersClient.GetAsync)),
        ["getProviderDays"] = Of<ProvidersClient>(nameof(ProvidersClient.DaysAsync)),
        ["replaceProvider"] = Of<ProvidersClient>(nameof(ProvidersClient.ReplaceAsync)),
        ["setProviderStatus"] = Of<ProvidersClient>(nameof(ProvidersClient.SetEnabledAsync)),
        ["deleteProvider"] = Of<ProvidersClient>(nameof(ProvidersClient.DeleteAsync)),
        ["testProvider"] = Of<ProvidersClient>(nameof(ProvidersClient.TestAsync)),
        ["listFaultyCallbacks"] = Of<ProvidersClient>(nameof(ProvidersClient.ListFaultyCallbacksAsync)),
        ["retryCallback"] = Of<ProvidersClient>(nameof(ProvidersClient.RetryCallbackAsync)),
        ["listWebhookEndpoints"] = Of<WebhookEndpointsClient>(nameof(WebhookEndpointsClient.ListAsync)),
        ["enableWebhookEndpoint"] = Of<WebhookEndpointsClient>(nameof(WebhookEndpointsClient.EnableAsync)),
        ["getRouting"] = Of<RoutingClient>(nameof(RoutingClient.GetAsync)),
        ["replaceRouting"] = Of<RoutingClient>(nameof(RoutingClient.ReplaceAsync)),
        ["getStops"] = Of<StopsClient>(nameof(StopsClient.GetAsync)),
        ["replaceStops"] = Of<StopsClient>(nameof(StopsClient.ReplaceAsync)),
        ["createSender"] = Of<SendersClient>(nameof(SendersClient.CreateAsync)),
        ["listSenders"] = Of<SendersClient>(nameof(SendersClient.ListAsync)),
        ["getSender"] = Of<SendersClient>(nameof(SendersClient.GetAsync)),
        ["deleteSender"] = Of<SendersClient>(nameof(SendersClient.DeleteAsync)),
        ["listSimulatorOutbox"] = Of<SimulatorClient>(nameof(SimulatorClient.ListAsync)),
        ["setUpSimulatedVendor"] = Of<SimulatorClient>(nameof(SimulatorClient.SetUpVendorAsync)),
        ["listSimulatedVendorMessages"] = Of<SimulatorClient>(nameof(SimulatorClient.ListVendorMessagesAsync)),
        ["replyThroughSimulatedVendor"] = Of<SimulatorClient>(nameof(SimulatorClient.ReplyAsync)),

        ["listAlerts"] = Of<AlertsClient>(nameof(AlertsClient.ListAsync)),
        ["getAlert"] = Of<AlertsClient>(nameof(AlertsClient.GetAsync)),
        ["getAlertSettings"] = Of<AlertsClient>(nameof(AlertsClient.GetSettingsAsync)),
        ["replaceAlertSettings"] = Of<AlertsClient>(nameof(AlertsClient.ReplaceSettingsAsync)),

        ["createKey"] = Of<KeysClient>(nameof(KeysClient.CreateAsync)),
        ["listKeys"] = Of<KeysClient>(nameof(KeysClient.ListAsync)),
        ["getKey"] = Of<KeysClient>(nameof(KeysClient.GetAsync)),
        ["replaceKey"] = Of<KeysClient>(nameof(KeysClient.ReplaceAsync)),
        ["revokeKey"] = Of<KeysClient>(nameof(KeysClient.RevokeAsync)),
        ["getEncryption"] = Of<EncryptionClient>(nameof(EncryptionClient.GetAsync)),
        ["reseal"] = Of<EncryptionClient>(nameof(EncryptionClient.ResealAsync)),
        ["createTenant"] = Of<TenantsClient>(nameof(TenantsClient.CreateAsync)),
        ["listTenants"] = Of<TenantsClient>(nameof(TenantsClient.ListAsync)),
        ["getRequestLimits"] = Of<TenantsClient>(nameof(TenantsClient.GetRequestLimitsAsync)),
        ["putRequestLimits"] = Of<TenantsClient>(nameof(TenantsClient.SetRequestLimitsAsync)),

        ["listNodes"] = Of<OperationsClient>(nameof(OperationsClient.ListNodesAsync)),
        ["rebuildCounters"] = Of<CountersClient>(nameof(CountersClient.RebuildAsync)),
        ["getCounterRebuild"] = Of<CountersClient>(nameof(CountersClient.GetRebuildAsync)),
        ["getHealth"] = Of<OperationsClient>(nameof(OperationsClient.GetHealthAsync)),
        ["getReadiness"] = Of<OperationsClient>(nameof(OperationsClient.GetReadinessAsync)),
        ["getMetrics"] = Of<OperationsClient>(nameof(OperationsClient.GetMetricsAsync)),
    };

    /// <summary>By operationId why the client leaves it out: it is for browsers, or for vendors, and no program of a user's calls it.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftOut = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>By schema and property why the client does not show it.</summary>
    public static readonly IReadOnlyDictionary<string, string> FieldsLeftOut = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["BatchAccepted.accepted"] = "SendManyAsync gives the results of many batches one by one: who wants to count counts.",
        ["BatchAccepted.rejected"] = "Likewise.",
        ["KeyDetails.new_key"] = "LiftsNewKeyCap sends the one thing that can be said with it: null.",
    };

    /// <summary>What stands for the answer where the method gives it in another form.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Answers = new Dictionary<string, Type>(StringComparer.Ordinal) { ["createBatch"] = typeof(BatchAnswer) };

    /// <summary>Of several of the name the first: the others take the same in another form.</summary>
    private static MethodInfo Of<T>(string name) => typeof(T).GetMethods().First(m => m.Name == name);
}
