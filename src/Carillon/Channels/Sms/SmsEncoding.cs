using Carillon.Messages;

namespace Carillon.Channels.Sms;

/// <summary>How a text goes over the air (3GPP TS 23.038): it is either one for the whole message.</summary>
public enum SmsEncoding : byte
{
    /// <summary>The GSM 7 bit default alphabet with its extension table: 160 septets a message, 153 a segment of several.</summary>
    Gsm7,

    /// <summary>UCS-2, in truth UTF-16: 70 code units a message, 67 a segment of several.</summary>
    Ucs2,
}

public static class SmsEncodingNames
{
    public static readonly WireNames<SmsEncoding> All = new((SmsEncoding.Gsm7, "GSM-7"), (SmsEncoding.Ucs2, "UCS-2"));
}

/// <summary>What a text takes to be sent.</summary>
/// <param name="Segments">Messages of 140 octets that it is sent in, and as a rule paid for. At least 1.</param>
/// <param name="Units">Septets, of which a character of the extension table takes two, or UTF-16 code units; without concatenation headers.</param>
public readonly record struct SmsSize(SmsEncoding Encoding, int Segments, int Units);
