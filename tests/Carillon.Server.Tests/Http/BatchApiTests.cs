using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Carillon.Dispatch;

namespace Carillon.Server.Tests.Http;

/// <summary>Batches on the wire: arrays and lines, however they come.</summary>
public sealed class BatchApiTests : AloneApiTests
{
    private const string Path = "/v1/notifications/batch";
    private const string Lines = "application/x-ndjson";

    private static string Item(int i) => $$$"""{"recipient_id":"c{{{i}}}","template_id":"t","template_variables":{"i":{{{i}}}}}""";

    private static string Array(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(Item))}]";

    private static string NdJson(int count) => string.Concat(Enumerable.Range(0, count).Select(i => Item(i) + "\n"));

    private void AssertAllTakenInOrder(int count) =>
        Assert.Equal(Enumerable.Range(0, count).Select(i => ((string?)$"c{i}", (string?)$$"""{"i":{{i}}}""")), Host.Intake.Taken);

    private static IEnumerable<string> Kinds(JsonElement answer) =>
        answer.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("problem", out var problem) ? problem.GetProperty("type").GetString()! : r.GetProperty("status").GetString()!);

    [Fact]
    public async Task An_array_is_taken_in_chunks_of_one_batch()
    {
        var response = await Host.PostAsync(Path, Array(1_201));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await ApiHost.JsonAsync(response);
        Assert.Equal((1_201, 0, 1_201), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("rejected").GetInt32(), answer.GetProperty("results").GetArrayLength()));
        Assert.StartsWith("bat_", answer.GetProperty("batch_id").GetString(), StringComparison.Ordinal);
        AssertAllTakenInOrder(1_201);
        Assert.Equal([(500, true), (500, false), (201, false)], Host.Intake.Chunks.Select(c => (c.Count, c.NewBatch)));
        Assert.Single(Host.Intake.Chunks.Select(c => c.Batch).Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    public async Task Lines_are_read_however_the_network_cuts_them(int pieceSize)
    {
        var count = pieceSize == 1 ? 20 : 700;

        var response = await Host.PostAsync(Path, new PiecesContent(Encoding.UTF8.GetBytes(NdJson(count).TrimEnd()), pieceSize), Lines);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(count, (await ApiHost.JsonAsync(response)).GetProperty("accepted").GetInt32());
        AssertAllTakenInOrder(count);
    }

    [Fact]
    public async Task Of_a_batch_the_good_are_accepted_and_the_bad_say_why_in_their_place()
    {
        Host.Intake.Answer = r => r.RecipientId == "c3" ? new AcceptResult.Refused([new FieldFault("template_id", "not_found", "There is none.")]) : null;
        var body = $"{Item(0)}\r\n\n{{\"recipient_id\":7,\"message\":\"m\"}}\n{Item(2)}\n{Item(3)}\nnot json\n{Item(5)}";

        var answer = await ApiHost.JsonAsync(await Host.PostAsync(Path, body, Lines));

        Assert.Equal(["accepted", "/problems/invalid_request", "accepted", "/problems/invalid_request", "/problems/malformed_json", "accepted"], Kinds(answer));
        Assert.Equal((3, 3), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("rejected").GetInt32()));
        Assert.Equal("recipient_id", answer.GetProperty("results")[1].GetProperty("problem").GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task An_array_of_more_than_ten_thousand_is_refused_and_nothing_of_it_taken()
    {
        var response = await Host.PostAsync(Path, Array(10_001));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("too_many", (await ApiHost.JsonAsync(response)).GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Empty(Host.Intake.Taken);
    }

    [Fact]
    public async Task Ten_thousand_lines_are_taken_and_what_follows_is_not_read()
    {
        var exact = await ApiHost.JsonAsync(await Host.PostAsync(Path, NdJson(10_000) + "\n\n", Lines));
        var over = await ApiHost.JsonAsync(await Host.PostAsync(Path, NdJson(10_003), Lines));

        Assert.Equal((10_000, 0), (exact.GetProperty("accepted").GetInt32(), exact.GetProperty("rejected").GetInt32()));
        Assert.Equal((10_000, 1, 10_001), (over.GetProperty("accepted").GetInt32(), over.GetProperty("rejected").GetInt32(), over.GetProperty("results").GetArrayLength()));
        Assert.Equal("too_many", over.GetProperty("results")[10_000].GetProperty("problem").GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{}")]
    [InlineData(Lines, "")]
    [InlineData(Lines, "\n \n")]
    public async Task A_batch_of_nothing_is_refused(string type, string body) =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Host.PostAsync(Path, body, type)).StatusCode);

    [Theory]
    [InlineData("application/json")]
    [InlineData(Lines)]
    public async Task A_batch_sent_again_is_answered_alike_with_the_batch_of_then(string type)
    {
        var body = type == Lines ? NdJson(900) : Array(900);

        var first = await Host.PostAsync(Path, body, type, "k");
        var second = await Host.PostAsync(Path, body, type, "k");

        Assert.Equal("true", second.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal((await ApiHost.JsonAsync(first)).GetRawText(), (await ApiHost.JsonAsync(second)).GetRawText());
        Assert.Equal(900, Host.Intake.Taken.Count);
        Assert.Equal(["\u0001k:0", "\u0001k:1", "\u0001k:0", "\u0001k:1"], Host.Intake.Chunks.Select(c => c.Key!.Value.Key));
    }

    [Fact]
    public async Task A_batch_that_broke_off_gets_only_what_was_missing_when_it_is_sent_again()
    {
        var broken = true;
        Host.Intake.Answer = r => broken && r.RecipientId is { Length: 4 } id && string.CompareOrdinal(id, "c500") >= 0 ? new AcceptResult.Unavailable("Full.", TimeSpan.FromSeconds(1)) : null;
        var first = await ApiHost.JsonAsync(await Host.PostAsync(Path, Array(700), idempotencyKey: "k"));
        broken = false;

        var second = await ApiHost.JsonAsync(await Host.PostAsync(Path, Array(700), idempotencyKey: "k"));

        Assert.Equal((500, 200), (first.GetProperty("accepted").GetInt32(), first.GetProperty("rejected").GetInt32()));
        Assert.Equal(700, second.GetProperty("accepted").GetInt32());
        Assert.Equal(first.GetProperty("batch_id").GetString(), second.GetProperty("batch_id").GetString());
        AssertAllTakenInOrder(700);
        Assert.Equal((200, false), (Host.Intake.Chunks[^1].Count, Host.Intake.Chunks[^1].NewBatch));
    }

    [Fact]
    public async Task A_batch_of_which_nothing_can_be_taken_now_is_503()
    {
        Host.Intake.Answer = _ => new AcceptResult.Unavailable("The disk is full.", TimeSpan.FromSeconds(1));

        var response = await Host.PostAsync(Path, Array(3));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("1", response.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task A_batch_whose_first_chunk_is_refused_item_by_item_goes_on()
    {
        Host.Intake.Answer = r => int.Parse(r.RecipientId.AsSpan(1), CultureInfo.InvariantCulture) <= 500 ? new AcceptResult.Refused([new FieldFault("template_id", "not_found", "There is none.")]) : null;

        var answer = await ApiHost.JsonAsync(await Host.PostAsync(Path, Array(520)));

        Assert.Equal((19, 501), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("rejected").GetInt32()));
        Assert.Single(Host.Intake.Chunks.Select(c => c.Batch).Distinct());
    }

    [Fact]
    public async Task Items_that_are_all_refused_by_keys_of_their_own_do_not_stop_the_batch()
    {
        Host.Intake.Answer = r => r.IdempotencyKey is null ? null : new AcceptResult.KeyReused();
        var keyed = string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"recipient_id\":\"c{i}\",\"template_id\":\"t\",\"idempotency_key\":\"k{i}\"}}\n"));

        var response = await Host.PostAsync(Path, keyed + Item(500), Lines);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await ApiHost.JsonAsync(response);
        Assert.Equal((1, 500), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("rejected").GetInt32()));
    }

    /// <summary>Sends its bytes in pieces of a size, each as a chunk of its own.</summary>
    private sealed class PiecesContent(byte[] bytes, int size) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var start = 0; start < bytes.Length; start += size)
            {
                await stream.WriteAsync(bytes.AsMemory(start, Math.Min(size, bytes.Length - start)));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
