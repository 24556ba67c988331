using System.Security.Cryptography;
using System.Text;
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
    private const int BytesPerBatch = 1024 * 1024;

    /// <summary>A list longer than this goes in several records: rosters have limits of their own, which the node tells.</summary>
    private const int ContactsPerRecord = 1_000;

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
        var bytes = 0L;
        foreach (var item in items.SelectMany(Parts))
        {
            if (item.Error is { } error)
            {
                Fail(item.Place, error);
                continue;
            }

            batch.Add(item);
            bytes += Size(item.Record);
            if (batch.Count >= RecordsPerBatch || bytes >= BytesPerBatch)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static IEnumerable<ImportItem> Parts(ImportItem item)
    {
        var (record, done) = (item.Record, ContactsPerRecord);
        if (record.Contacts.Count <= done && record.Blocked.Count <= done)
        {
            yield return item;
            yield break;
        }

        yield return item with { Record = record with { Contacts = [.. record.Contacts.Take(done)], Blocked = [.. record.Blocked.Take(done)] } };
        for (; done < Math.Max(record.Contacts.Count, record.Blocked.Count); done += ContactsPerRecord)
        {
            yield return new ImportItem(item.Place, new UserRecord(record.Jid)
            {
                Contacts = [.. record.Contacts.Skip(done).Take(ContactsPerRecord)],
                Blocked = [.. record.Blocked.Skip(done).Take(ContactsPerRecord)],
            });
        }
    }

    /// <summary>About what it takes in a request, whatever script it is written in.</summary>
    private static long Size(UserRecord record)
    {
        const int Around = 100;
        static long Of(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text) + Around;
        return record.Messages.Sum(m => Of(m.Xml)) + record.Private.Sum(Of) + Of(record.VCard) + Of(record.ArchivePreferences) + record.Blocked.Sum(Of)
            + record.Contacts.Sum(c => Of(c.Jid) + Of(c.Name) + Of(c.Request) + c.Groups.Sum(Of));
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
