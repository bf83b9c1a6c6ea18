using System.Buffers;
using System.Diagnostics;

namespace Carillon.Mail.Bench;

/// <summary>Writing (and signing) one message after another on one thread.</summary>
internal static class Building
{
    public static void Run(int seconds, bool signed)
    {
        using DkimKey key = DkimKey.Generate();
        var options = new MimeOptions { DkimSigner = signed ? key.CreateSigner("isp.example", "s1") : null };
        var output = new ArrayBufferWriter<byte>(65536);
        for (int i = 0; i < 2000; i++) Once(i);
        long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        int count = 0;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds) Once(count++);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"{(signed ? "build, sign" : "build"),-12} {time.TotalMicroseconds / count,8:0.0} µs a message, "
            + $"{(GC.GetAllocatedBytesForCurrentThread() - allocated) / count:N0} octets allocated each");

        void Once(int number)
        {
            output.ResetWrittenCount();
            MimeWriter.Write(Sample.Message(number), output, options);
        }
    }
}
