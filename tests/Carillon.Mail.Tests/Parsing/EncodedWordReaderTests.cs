using Carillon.Mail.Parsing;

namespace Carillon.Mail.Tests.Parsing;

public class EncodedWordReaderTests
{
    [Theory]
    [InlineData("=?utf-8?B?SGFsbG8=?=", "Hallo")]
    [InlineData("=?utf-8?q?a_b?= =?utf-8?Q?_c?=", "a b c")]
    [InlineData("=?utf-8*de?q?=C3=BC?= x", "ü x")]
    [InlineData("a =?iso-8859-1?q?=FC?= b", "a ü b")]
    [InlineData("=?utf-8?x?a?=", "=?utf-8?x?a?=")]
    [InlineData("=?=?=?", "=?=?=?")]
    [InlineData("=?utf-8?q?open", "=?utf-8?q?open")]
    [InlineData("plain", "plain")]
    public void Encoded_words_are_decoded_and_anything_else_is_left(string value, string expected) =>
        Assert.Equal(expected, EncodedWordReader.Decode(value));
}
