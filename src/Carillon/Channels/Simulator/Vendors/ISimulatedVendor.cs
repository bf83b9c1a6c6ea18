namespace Carillon.Channels.Simulator.Vendors;

/// <summary>What can be asked of a simulated vendor. Its disposal ends reports that are under way.</summary>
internal interface ISimulatedVendor : IAsyncDisposable
{
    /// <summary>What it took, newest first.</summary>
    IReadOnlyList<VendorMessage> Messages { get; }

    /// <summary>Ends when nothing is left to be reported.</summary>
    Task Reports { get; }

    /// <summary>Has a person write to one of the account's numbers or mailboxes. What came of the callback, or why there was none.</summary>
    ValueTask<string> ReplyAsync(string from, string to, string text, CancellationToken cancellationToken);
}
