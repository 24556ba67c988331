using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Presence.Node.Transfer;
using Presence.Protocol.Sasl;

namespace Presence.Cli.Import;

/// <summary>
/// Sends what a file holds to a node, a batch at a time: keys are derived here, on all cores, so that the node has only to write. While one batch is on its way
/// the next is prepared, never more. What goes wrong with one record is told and hinders no other.
/// </summary>
internal sealed class Importer(CommandContext context, NodeFacts node, bool overwrite, Action<string> problem, Action<ImportTotals> progress)
{
    private const int RecordsPerBatch = 250;
    private const int CharactersPerBatch = 1024 * 1024;

    private readonly ImportTotals _totals = new();

    public async Task<ImportTotals> RunAsync(IEnumerable<ImportItem> items, CancellationToken cancellation)
    {
        var sending = Task.CompletedTask;
        foreach (var batch in Batches(items))
        {
            var prepared = Prepare(batch, cancellation);
            await sending.ConfigureAwait(false);
            sending = SendAsync(prepared, cancellation);
        }

        await sending.ConfigureAwait(false);
        return _totals;
    }

    private IEnumerable<List<ImportItem>> Batches(IEnumerable<ImportItem> items)
    {
        List<ImportItem> batch = [];
        var characters = 0;
        foreach (var item in items)
        {
            if (item.Error is { } error)
            {
                Fail(item.Place, error);
                continue;
            }

            batch.Add(item);
            characters += item.Record.Messages.Sum(m => m.Xml.Length);
            if (batch.Count >= RecordsPerBatch || characters >= CharactersPerBatch)
            {
                yield return batch;
                (batch, characters) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private List<ImportItem> Prepare(List<ImportItem> batch, CancellationToken cancellation)
    {
        var prepared = new ImportItem[batch.Count];
        Parallel.For(0, batch.Count, new ParallelOptions { CancellationToken = cancellation }, i => prepared[i] = WithKeys(batch[i]));
        List<ImportItem> good = [];
        foreach (var item in prepared)
        {
            if (item.Error is { } error)
            {
                Fail(item.Place, error);
            }
            else
            {
                good.Add(item);
            }
        }

        return good;
    }

    private ImportItem WithKeys(ImportItem item)
    {
        var record = item.Record with { Overwrite = overwrite };
        if (item.Password is null)
        {
            return item with { Record = record };
        }

        return ScramKeys.TryDerive(item.Password, RandomNumberGenerator.GetBytes(ScramKeys.SaltLength), node.KeyIterations, out var keys)
            ? item with
            {
                Record = record with
                {
                    Keys = new KeysRecord(keys.Salt, keys.Iterations, keys.StoredKeySha1, keys.ServerKeySha1, keys.StoredKeySha256, keys.ServerKeySha256),
                },
                Password = null,
            }
            : ImportItem.Bad(item.Place, "a password may not be empty or hold control characters");
    }

    private async Task SendAsync(List<ImportItem> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var body = (JsonObject)JsonSerializer.SerializeToNode(new RecordBatch([.. batch.Select(i => i.Record)]), JsonSerializerOptions.Web)!;
        var answer = await context.Node.SendAsync(HttpMethod.Post, ["import"], body, cancellation).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            throw new UsageException($"{answer.Message}. What was imported so far stays; the same command goes on from there");
        }

        var results = answer.Body.Deserialize<BatchResult>(JsonSerializerOptions.Web)!.Results;
        for (var i = 0; i < batch.Count; i++)
        {
            if (results[i].Error is { } error)
            {
                Fail(batch[i].Place, error);
            }
            else
            {
                _totals.Add(results[i], batch[i].Record.Keys is not null);
            }
        }

        progress(_totals);
    }

    private void Fail(string place, string error)
    {
        _totals.Failed++;
        problem($"{place}: {error}");
    }
}
