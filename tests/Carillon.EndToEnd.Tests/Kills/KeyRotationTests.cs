using System.Globalization;
using System.Text.Json.Nodes;
using Carillon.EndToEnd.Tests.Rig;

namespace Carillon.EndToEnd.Tests.Kills;

/// <summary>The encryption key of an installation is rotated, and the server is killed again and again in the middle of it.</summary>
public sealed class KeyRotationTests
{
    private const int Notifications = 600;
    private const int Providers = 5;
    private const int Kills = 4;

    private static readonly string Old = string.Concat(Enumerable.Repeat("0d", 32));
    private static readonly string New = string.Concat(Enumerable.Repeat("4e", 32));

    [Fact(Timeout = 180_000)]
    public async Task A_rotation_that_is_killed_in_the_middle_is_finished_on_SQLite()
    {
        using var data = new DataDirectory();
        await RotateAsync(new ServerSetup(data.Path));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_rotation_that_is_killed_in_the_middle_is_finished_on_PostgreSQL()
    {
        using var data = new DataDirectory();
        await using var database = await PostgreSqlServer.StartAsync();
        var setup = new ServerSetup(data.Path);
        setup.Environment["DATABASE_URL"] = database.Url;
        await RotateAsync(setup);
    }

    private static async Task RotateAsync(ServerSetup setup)
    {
        var messages = await FillAsync(setup);
        setup.Environment["ENCRYPTION_KEY"] = $"{New},{Old}";
        long left = long.MaxValue;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await ServerProcess.StartAsync(setup);
            using var api = server.CreateApi();
            Assert.True((long)(await KeyAsync(api, "opens"))["total"]! <= left);
            await ResealPartAsync(api, 40);
            left = (long)(await KeyAsync(api, "opens"))["total"]!;
            Assert.InRange(left, 0, Notifications);
            // It dies when the next part has just been asked for, or as soon as that has been committed.
            var part = ResealPartAsync(api, 70);
            if (kill % 2 == 1)
            {
                using var other = server.CreateApi();
                while ((long)(await KeyAsync(other, "opens"))["total"]! == left && !part.IsCompleted) await Task.Yield();
            }

            server.Kill();
            await part.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await using (var server = await ServerProcess.StartAsync(setup))
        {
            using var api = server.CreateApi();
            while (!(bool)(await ResealPartAsync(api, 500))!["done"]!)
            {
            }

            Assert.Equal((0L, Notifications + Providers + 1L), ((long)(await KeyAsync(api, "opens"))["total"]!, (long)(await KeyAsync(api, "seals"))["total"]!));
            await server.TerminateAsync();
        }

        await RefusesAsync(setup, Old);
        setup.Environment["ENCRYPTION_KEY"] = New;
        await using var last = await ServerProcess.StartAsync(setup);
        using var lastApi = last.CreateApi();
        Assert.Single((await lastApi.ReadAsync("/v1/encryption"))["keys"]!.AsArray());
        Assert.All((await lastApi.ReadAsync("/v1/providers"))["data"]!.AsArray(), p => Assert.Equal("***word", (string?)p!["credentials"]!["password"]));
        foreach (var message in messages.Where((_, i) => i % 50 == 0))
            Assert.Equal("Your code is [secret]", (string?)(await lastApi.ReadAsync($"/v1/messages/{message}/content"))["text"]);
    }

    private static async Task<List<string>> FillAsync(ServerSetup setup)
    {
        setup.Environment["ENCRYPTION_KEY"] = Old;
        await using var server = await ServerProcess.StartAsync(setup);
        using var api = server.CreateApi();
        for (var i = 0; i < Providers; i++)
        {
            await api.CreateAsync("/v1/providers", JsonNode.Parse($$"""
                {"name":"relay-{{i}}","channel":"email","kind":"smtp","settings":{"host":"mail.example.net","from_email":"a@example.net"},
                 "credentials":{"username":"hello@example.net","password":"a-long-secret-word"} }
                """)!);
        }

        var later = TimeProvider.System.GetUtcNow().AddDays(2).ToString("O", CultureInfo.InvariantCulture);
        var batch = new JsonArray([.. Enumerable.Range(0, Notifications).Select(i => JsonNode.Parse($$"""
            {"recipient":{"email":"a{{i.ToString(CultureInfo.InvariantCulture)}}@example.net"},"channel":"email","message":"Your code is {{"{{ code }}"}}","syntax":"jinja",
             "template_variables":{"code":"code-{{i.ToString(CultureInfo.InvariantCulture)}}"},"secret_variables":["code"],"scheduled_at":"{{later}}"}
            """))]);
        var answer = (await api.PostAsync("/v1/notifications/batch", batch)).Success();
        Assert.True(Notifications == (int)answer["accepted"]!, answer["results"]![0]!.ToJsonString());
        await server.TerminateAsync();
        return [.. answer["results"]!.AsArray().Select(r => (string)r!["messages"]![0]!["id"]!)];
    }

    private static async Task<JsonNode?> ResealPartAsync(Api api, int limit) =>
        (await api.PostAsync($"/v1/encryption/reseal?limit={limit.ToString(CultureInfo.InvariantCulture)}", new JsonObject())).Success();

    private static async Task<JsonNode> KeyAsync(Api api, string role) =>
        (await api.ReadAsync("/v1/encryption"))["keys"]!.AsArray().Single(k => (string)k!["role"]! == role)!;

    private static async Task RefusesAsync(ServerSetup setup, string key)
    {
        setup.Environment["ENCRYPTION_KEY"] = key;
        await using var server = ServerProcess.Launch(setup);
        await server.WaitForExitAsync();
        Assert.NotEqual(0, server.ExitCode);
        Assert.Contains("encryption key", server.Output, StringComparison.Ordinal);
    }
}
