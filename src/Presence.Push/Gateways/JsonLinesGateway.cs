using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Presence.Routing;

namespace Presence.Push.Gateways;

/// <summary>
/// Appends each push as one JSON object per line to a file, for tests and for programs that deliver pushes themselves. "Sent" is said only when the line is on disk;
/// a line that could not be written whole is taken back. It must never rewrite or remove an earlier line.
/// </summary>
/// <remarks>The file is opened anew for every push: whoever rotates it (renames, removes) needs to tell nobody, and beside the disk flush the opening costs nothing.</remarks>
public sealed partial class JsonLinesGateway(string path, TimeProvider clock, ILogger<JsonLinesGateway> log) : IPushGateway, IDisposable
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Bound to this class: the generated log methods need a field.
    private readonly ILogger _log = log;
    // One writer at a time; the others wait without holding a thread while the disk works. Who comes next writes what has gathered meanwhile with one flush.
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Lock _gathering = new();
    private List<Entry> _gathered = [];
    private bool _failing;

    /// <inheritdoc/>
    public string Name => "jsonl";

    /// <inheritdoc/>
    public async ValueTask<PushOutcome> SendAsync(PushNotification push, CancellationToken cancellation)
    {
        var entry = new Entry(Line(push));
        lock (_gathering)
        {
            _gathered.Add(entry);
        }

        try
        {
            await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It will be tried again, and must not be written too; what another one is writing has its outcome in a moment.
            bool waiting;
            lock (_gathering)
            {
                waiting = _gathered.Remove(entry);
            }

            if (waiting)
            {
                throw;
            }

            await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        try
        {
            if (entry.Outcome is null)
            {
                WriteGathered();
            }

            return entry.Outcome!.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    private void WriteGathered()
    {
        List<Entry> entries;
        lock (_gathering)
        {
            (entries, _gathered) = (_gathered, []);
        }

        var lines = new ArrayBufferWriter<byte>(entries.Sum(e => e.Line.Length));
        entries.ForEach(e => lines.Write(e.Line));
        var outcome = TryAppend(lines.WrittenSpan) ? PushOutcome.Sent : PushOutcome.Retry;
        entries.ForEach(e => e.Outcome = outcome);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private bool TryAppend(ReadOnlySpan<byte> lines)
    {
        try
        {
            Append(lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One line per outage, not one per push: the reason does not change from push to push.
            if (!_failing)
            {
                _failing = true;
                LogCannotWrite(path, e.Message);
            }

            return false;
        }

        if (_failing)
        {
            _failing = false;
            LogRecovered(path);
        }

        return true;
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            // The lines hold device addresses: nobody else's business.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        var whole = file.Length;
        try
        {
            file.Position = whole;
            if (EndsInsideLine(file, whole))
            {
                file.WriteByte((byte)'\n');
            }

            file.Write(line);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            TakeBack(file, whole);
            throw;
        }
    }

    // A crash in the middle of a write leaves half a line; the next one must not be glued to it.
    private static bool EndsInsideLine(FileStream file, long length)
    {
        if (length == 0)
        {
            return false;
        }

        file.Position = length - 1;
        return file.ReadByte() != '\n';
    }

    private static void TakeBack(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The disk is sicker than that; the next append separates itself from what remains.
        }
    }

    private byte[] Line(PushNotification push)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("pushId", push.PushId);
            json.WriteString("account", push.Account);
            json.WriteString("service", push.Service);
            json.WriteString("node", push.Node);
            json.WriteString("kind", push.Kind);
            json.WriteString("conversation", push.Conversation);
            json.WriteString("stanzaId", push.StanzaId);
            json.WriteNumber("count", push.Count);
            json.WriteNumber("attempt", push.Attempt);
            json.WriteString("at", clock.GetUtcNow().UtcDateTime);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    [LoggerMessage(EventId = 65, Level = LogLevel.Error, Message = "Push sink file {Path} cannot be written ({Reason}); pushes wait and are tried again. Make the file writable or free disk space")]
    private partial void LogCannotWrite(string path, string reason);

    [LoggerMessage(EventId = 66, Level = LogLevel.Information, Message = "Push sink file {Path} can be written again")]
    private partial void LogRecovered(string path);

    private sealed class Entry(byte[] line)
    {
        public byte[] Line => line;

        /// <summary>Set under the gate by whoever wrote it.</summary>
        public PushOutcome? Outcome { get; set; }
    }
}
