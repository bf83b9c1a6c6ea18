namespace Carillon.Channels.Simulator.Vendors;

/// <summary>How one vendor speaks: its requests, answers, reports and signatures, as its documents have them. Stateless.</summary>
internal interface IVendorDialect
{
    string Name { get; }

    string NewId();

    /// <summary>What a request asks to send, or the vendor's refusal of it.</summary>
    VendorOrder? Read(VendorRequest request, out VendorReply? refusal);

    /// <summary>As <see cref="Read(VendorRequest, out VendorReply?)"/>, of a vendor whose requests are signed.</summary>
    VendorOrder? Read(VendorRequest request, string secret, DateTimeOffset now, out VendorReply? refusal) => Read(request, out refusal);

    /// <summary>Whether it reports <see cref="VendorStage.Complained"/>.</summary>
    bool ReportsComplaints => false;

    VendorReply Accept(VendorOrder order, string id, DateTimeOffset now);

    /// <param name="fault">One of rejected, throttled, unavailable.</param>
    VendorReply Refuse(VendorOrder order, SimulatorFault fault, TimeSpan retryAfter);

    /// <summary>Null where the vendor does not report the stage.</summary>
    VendorCallback? Report(VendorMessage message, VendorStage stage, Uri url, string secret, DateTimeOffset now);

    /// <summary>A message from a person to one of the account's numbers.</summary>
    VendorCallback Reply(string id, string from, string to, string text, Uri url, string secret, DateTimeOffset now);
}
