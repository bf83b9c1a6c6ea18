using Carillon.Mail.Bounces;

namespace Carillon.Mail.Tests.Bounces;

public class WordingTests
{
    public static TheoryData<string> Reasons => [.. Wordings.ByReason.Keys];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void What_a_server_says_tells_the_reason(string reason)
    {
        // Said in answer to RCPT TO, words about a missing mailbox mean just that.
        string context = reason is "UserUnknown" or "HasMoved" ? "(in reply to RCPT TO command)" : "";

        foreach (string words in Wordings.ByReason[reason].Split('\n'))
        {
            ReturnedRecipient found = Diagnosis.Of("kim@example.org", new DeliveryFacts(null, "failed", "smtp; " + words, context));
            Assert.Equal((words, reason), (words, found.Reason.ToString()));
        }
    }

    [Theory]
    [InlineData("Über allen Gipfeln ist Ruh")]
    [InlineData("550 ")]
    [InlineData("")]
    public void Words_that_no_rule_knows_are_not_guessed_at(string words)
    {
        ReturnedRecipient found = Diagnosis.Of("kim@example.org", new DeliveryFacts(null, "failed", null, words));

        Assert.True(found.Reason is ReturnReason.OnHold or ReturnReason.Undefined);
        Assert.False(found.IsPermanent);
    }

    [Fact]
    public void An_unknown_user_is_given_up_at_RCPT_TO_and_not_after_DATA()
    {
        ReturnedRecipient Of(string context) => Diagnosis.Of("kim@example.org", new DeliveryFacts(null, "failed", "smtp; 550 user unknown", context));

        Assert.Equal((ReturnReason.UserUnknown, true), (Of("(in reply to RCPT TO command)").Reason, Of("(in reply to RCPT TO command)").IsPermanent));
        Assert.Equal((ReturnReason.Filtered, false), (Of("(in reply to end of DATA command)").Reason, Of("(in reply to end of DATA command)").IsPermanent));
    }

    [Fact]
    public void What_is_missing_at_MAIL_FROM_is_the_senders()
    {
        ReturnedRecipient found = Diagnosis.Of("kim@example.org", new DeliveryFacts(null, "failed", "smtp; 550 unknown user", "(in reply to MAIL FROM command)"));

        Assert.Equal(ReturnReason.Rejected, found.Reason);
    }
}
