using System.Text.Json;
using System.Text.Json.Nodes;
using Presence.Node.Endpoints;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;

namespace Presence.Node.Composition;

/// <summary>
/// Backs up the store of the running node, one backup at a time, on a thread of its own, and tells whoever ordered it how far it is, as lines of JSON. Who goes away while it
/// runs has called it off. A store that is not one file of the node's is backed up by its own tools, and this refuses. It must never wait for an owner, nor an owner for it.
/// </summary>
internal sealed partial class OnlineBackup(SqliteStore? store, TimeProvider clock, ILogger<OnlineBackup> log) : IDisposable
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMilliseconds(500);

    // The generated log methods need a field.
    private readonly ILogger _log = log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _one = new(1);
    private BackupProgress _progress;

    public AdminAnswer Start(string file)
    {
        if (!Path.IsPathRooted(file) || !Directory.Exists(Path.GetDirectoryName(file)) || File.Exists(file) || Directory.Exists(file))
        {
            return AdminAnswer.BadRequest($"{file} must be an absolute path of a new file in a directory that exists, on the machine of the node");
        }

        if (store is null)
        {
            return AdminAnswer.Refused(
                StatusCodes.Status501NotImplemented, "not-here", "the data is in PostgreSQL: back it up with its own tools, such as pg_dump or pg_basebackup (docs/operations/postgres.md)");
        }

        return _one.Wait(0)
            ? AdminAnswer.Stream("application/x-ndjson", (output, cancellation) => RunAsync(file, output, cancellation))
            : AdminAnswer.Refused(StatusCodes.Status503ServiceUnavailable, "unavailable", "another backup is under way");
    }

    public void Dispose()
    {
        _stopping.Cancel();

        // The store is closed next: not under the hands of a copy.
        _one.Wait();
        _one.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(string file, Stream output, CancellationToken asked)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(asked, _stopping.Token);
        var began = clock.GetTimestamp();
        var work = Task.Factory.StartNew(() => Work(file, either.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (!work.IsCompleted)
            {
                await LineAsync(output, new JsonObject { ["bytes"] = _progress.Bytes, ["totalBytes"] = _progress.TotalBytes }, asked).ConfigureAwait(false);
                await Task.WhenAny(work, Task.Delay(BetweenLines, clock, asked)).ConfigureAwait(false);
            }

            var result = await work.ConfigureAwait(false);
            var time = clock.GetElapsedTime(began);
            LogDone(result.File, result.Bytes, result.Accounts, time.TotalSeconds);
            await LineAsync(
                output, new JsonObject { ["file"] = result.File, ["bytes"] = result.Bytes, ["accounts"] = result.Accounts, ["seconds"] = Math.Round(time.TotalSeconds, 2) }, asked)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            var reason = e is StoreException ? e.Message : "it was called off";
            LogFailed(file, reason);
            await LineAsync(output, new JsonObject { ["error"] = "backup-failed", ["message"] = $"no backup was made: {reason}" }, asked).ConfigureAwait(false);
        }
        finally
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private BackupResult Work(string file, CancellationToken cancellation)
    {
        try
        {
            _progress = default;
            return store!.Backup(file, p => _progress = p, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    private static async Task LineAsync(Stream output, JsonObject line, CancellationToken cancellation)
    {
        await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line), cancellation).ConfigureAwait(false);
        await output.WriteAsync("\n"u8.ToArray(), cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 86, Level = LogLevel.Information, Message = "Backup {File}: {Bytes} bytes, {Accounts} accounts, copied and checked in {Seconds:0.0} s")]
    private partial void LogDone(string file, long bytes, long accounts, double seconds);

    [LoggerMessage(EventId = 87, Level = LogLevel.Warning, Message = "Backup {File} was not made: {Reason}")]
    private partial void LogFailed(string file, string reason);
}
