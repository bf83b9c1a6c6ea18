namespace Carillon.Providers;

/// <summary>The usual errors of SMS services, by the codes that their gateways show.</summary>
internal static class SmsAdvice
{
    public static readonly AdviceRule[] Rules =
    [
        // https://www.twilio.com/docs/api/errors, and there each code by its number
        new(["twilio"], [": 20003 ", "HTTP 401"], "Twilio did not take the login: check the Account SID (AC…) and its Auth Token, or API key SID (SK…) and secret. Test credentials send nothing."),
        new(["twilio"], [": 20005 "], "The Twilio account is not active: look at its state and balance in the console."),
        new(["twilio"], [": 20404 "], "Twilio does not know this account or service: check account_sid and messaging_service_sid."),
        new(["twilio"], [": 21211 ", ": 21614 "], "Twilio takes this for no mobile number: give it with a plus and the country's code (+5215512345678)."),
        new(["twilio"], [": 21212 ", ": 21603 ", ": 21606 ", ": 21659 ", ": 21660 ", ": 21661 "],
            "The sender is none of this account's that can send SMS: from is a number bought there, with its plus and country code, or a name of 1 to 11 letters and digits where the country allows it."),
        new(["twilio"], [": 21408 "], "The account may not send to this country: allow it under Messaging, Settings, Geo permissions in the Twilio console."),
        new(["twilio"], [": 21608 "], "A trial account sends to verified numbers alone: verify the number in the Twilio console, or upgrade the account."),
        new(["twilio"], [": 21610 "], "The provider works; this number has answered STOP to the sender, and only its owner can undo that, by START."),
        new(["twilio"], [": 21612 ", ": 21910 "], "This sender does not reach that number: many countries want a number of their own, or a registered name."),
        new(["twilio"], [": 21701 ", ": 21703 ", ": 21704 ", ": 21705 "], "The messaging service is not there or has no sender that fits: check messaging_service_sid, and add a number to its sender pool."),
        new(["twilio"], [": 30034 ", ": 30032 "], "Numbers of the USA want registration (A2P 10DLC, or verification of toll-free numbers) before they send."),

        // https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
        new(["vonage"], ["status 4:"], "Vonage did not take the login: check api_key and api_secret in the dashboard's API settings."),
        new(["vonage"], ["status 8:"], "Vonage has suspended the account: ask its support."),
        new(["vonage"], ["status 9:"], "The account has no balance left: top it up."),
        new(["vonage"], ["status 15:"], "The sender is not allowed: North America wants a number of the account's (from), other countries a registered name of up to 11 letters and digits."),
        new(["vonage"], ["status 29:"], "The account is in its demo mode and sends to the numbers of its test list alone: add this one to them, or top the account up."),
        new(["vonage"], ["status 6:", "status 33:", "status 7:"], "The provider works; the number cannot be reached by Vonage: check its country code, and whether it is barred."),
        new(["vonage"], ["status 1:", "status 10:"], "The account's rate is exceeded (30 requests a second unless agreed otherwise): give the provider a limit per second."),

        // https://developers.africastalking.com/docs/sms/sending/bulk
        new(["africastalking"], ["HTTP 401", "authentication is invalid"],
            "Africa's Talking did not take the login: check username and api_key, which is made anew for each application. The sandbox has the username sandbox and a key of its own."),
        new(["africastalking"], ["InvalidSenderId"], "The sender is not the account's: from is an alphanumeric name or short code that Africa's Talking has approved for this country; without it the shared one is used."),
        new(["africastalking"], ["InsufficientBalance"], "The account has no balance left: top it up."),
        new(["africastalking"], ["UserInBlacklist"], "The provider works; this number has opted out of messages from the sender."),
        new(["africastalking"], ["DoNotDisturbRejection"], "In Nigeria promotional senders may not send at night: try by day, or ask Africa's Talking for a transactional sender."),
        new(["africastalking"], ["InvalidPhoneNumber", "UnsupportedNumberType", "CouldNotRoute"], "The number cannot be reached: check its country code, and that the account may send to that country."),
        new(["africastalking"], ["RiskHold"], "Africa's Talking holds the message for a check of what it says."),

        // https://developers.messagebird.com/api/#errors
        new(["messagebird"], [": 2 ", "HTTP 401"], "MessageBird did not take the access key: give a live one, whole. Test keys send nothing."),
        new(["messagebird"], [": 25 "], "The account has no balance left: top it up."),
        new(["messagebird"], ["(originator)"], "The sender is not valid: from is a number with its country code, or a name of up to 11 letters and digits that the country allows."),
        new(["messagebird"], ["(recipient"], "MessageBird takes this for no number: give it with a plus and the country's code."),
    ];
}
