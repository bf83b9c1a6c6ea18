using System.Buffers;
using System.Text;
using Carillon.Dispatch;
using Carillon.Jinja;
using Carillon.Messages;
using Carillon.Templates;
using Carillon.Tests.Dispatch;

namespace Carillon.Tests.Templates;

public sealed class SimplePartTests
{
    [Fact]
    public void A_variable_is_text_in_html_and_untouched_in_text()
    {
        Assert.Equal("<b>&lt;a href=&#34;x&#34;&gt; &amp; &#39;</b>", Render("<b>{v}</b>", "<a href=\"x\"> & '", isHtml: true));
        Assert.Equal("<b><a> & '</b>", Render("<b>{v}</b>", "<a> & '", isHtml: false));
    }

    [Fact]
    public void Content_that_outgrows_its_budget_is_at_fault()
    {
        Assert.Equal("12341234", Render("{v}{v}", "1234", isHtml: false, maxBytes: 8));
        Assert.Throws<LimitExceededException>(() => Render("{v}{v}.", "1234", isHtml: false, maxBytes: 8));
    }

    [Fact]
    public void A_render_that_is_cancelled_ends()
    {
        var part = new SimplePart("{v}", Environment(false, 100));
        Assert.Throws<OperationCanceledException>(
            () => part.Render(new ArrayBufferWriter<byte>(), JinjaValue.Dictionary([]), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_message_whose_simple_content_is_too_large_fails_as_a_template_error()
    {
        await using var harness = await EngineHarness.StartAsync(new CarillonOptions { MaxRenderedBytes = 1024 }, "one");
        var request = EngineHarness.Mail(message: string.Concat(Enumerable.Repeat("{v}", 200)));
        request.Syntax = ContentSyntax.Simple;
        request.TemplateVariables = "{\"v\":\"0123456789\"}"u8.ToArray();

        var message = await harness.DeliverAsync(request);

        Assert.Equal((MessageStatus.Failed, MessageReasons.TemplateError), (message.Status, message.Reason));
        Assert.Empty(harness.Sends);
    }

    [Fact]
    public void A_buffer_says_when_it_is_asked_for_more_than_it_may_hold()
    {
        var buffer = new PooledBufferWriter(16);
        Assert.Throws<InvalidOperationException>(() => { buffer.GetSpan(PooledBufferWriter.Capacity + 1); });
        buffer.Advance(4);
        Assert.Throws<OverflowException>(() => { buffer.GetSpan(int.MaxValue); });
    }

    private static string Render(string source, string value, bool isHtml, int maxBytes = 1000)
    {
        var output = new ArrayBufferWriter<byte>();
        var variables = JinjaValue.Dictionary([new("v", value)]);
        new SimplePart(source, Environment(isHtml, maxBytes)).Render(output, variables, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ContentEnvironment Environment(bool isHtml, int maxBytes) => new(new JinjaEnvironment(), maxBytes, isHtml);
}
