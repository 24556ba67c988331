using System.Globalization;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>What a client asks of its archive, read from the query (XEP-0313 §4, XEP-0059) and not yet put to the store.</summary>
/// <param name="QueryId">Repeated in every result.</param>
/// <param name="StartId">First row wanted; from <c>start</c> and <c>after-id</c>.</param>
/// <param name="EndId">Last row wanted; from <c>end</c> and <c>before-id</c>.</param>
/// <param name="Known">Ids the client claims to know: each has to be in the archive.</param>
/// <param name="Ids">Only these rows; null = any.</param>
/// <param name="Flipped">Results are sent newest first (§4.3.4).</param>
public sealed record ArchiveQueryForm(
    string? QueryId, Jid? With, long StartId, long EndId, IReadOnlyList<long> Known, IReadOnlyList<long>? Ids, long? AfterId, long? BeforeId,
    bool Backwards, int Max, bool Flipped)
{
    /// <summary>Rows of a page when the client names no number.</summary>
    public const int DefaultMax = 50;

    /// <summary>Rows of a page whatever the client says; also the most ids one query may name.</summary>
    public const int LargestMax = 250;

    private const int CounterBits = 20;
    private const long LastMillisecond = long.MaxValue >> CounterBits;

    /// <summary>Reads a query element; the error tells what is wrong with it, null = nothing.</summary>
    public static StanzaError? Read(XmlElement query, StanzaIds ids, out ArchiveQueryForm form)
    {
        form = new ArchiveQueryForm(query.Attr("queryid"), null, 0, long.MaxValue, [], null, null, null, false, DefaultMax, query.Child("flip-page") is not null);
        if (query.Attr("node") is not null)
        {
            // Reserved for archives of publish-subscribe nodes (§6.1.3).
            return new StanzaError(StanzaErrorCondition.FeatureNotImplemented);
        }

        return ReadFilter(query.Child("x", Namespaces.DataForms), ids, ref form) ?? ReadSet(query.Child("set", Namespaces.Rsm), ids, ref form);
    }

    private static StanzaError? ReadFilter(XmlElement? element, StanzaIds ids, ref ArchiveQueryForm form)
    {
        if (element is null)
        {
            return null;
        }

        if (!DataForm.TryRead(element, out var data) || data.Type != Namespaces.Mam)
        {
            return Bad("the form is not a submitted one of this protocol");
        }

        foreach (var (name, values) in data.Fields)
        {
            if (ReadField(name, values, ids, ref form) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static StanzaError? ReadField(string name, IReadOnlyList<string> values, StanzaIds ids, ref ArchiveQueryForm form)
    {
        switch (name)
        {
            case "ids": return ReadIds(values, ids, ref form);
            case "with" or "start" or "end" or "after-id" or "before-id" when values.Count != 1: return Bad($"one value is expected for {name}");
            case "with": return ReadWith(values[0], ref form);
            case "start" or "end": return ReadTime(name == "start", values[0], ref form);
            case "after-id" or "before-id":
                if (!ids.TryDecode(values[0], out var id))
                {
                    return NotFound();
                }

                form = form with { Known = [.. form.Known, id] };
                form = name == "after-id" ? form.From(id == long.MaxValue ? id : id + 1) : form.To(id - 1);
                return null;
            default: return new StanzaError(StanzaErrorCondition.FeatureNotImplemented) { Text = $"unknown field {name}" };
        }
    }

    private static StanzaError? ReadIds(IReadOnlyList<string> values, StanzaIds ids, ref ArchiveQueryForm form)
    {
        if (values.Count > LargestMax)
        {
            return new StanzaError(StanzaErrorCondition.PolicyViolation) { Text = $"at most {LargestMax} ids" };
        }

        var wanted = new SortedSet<long>();
        foreach (var value in values)
        {
            if (!ids.TryDecode(value, out var id))
            {
                return NotFound();
            }

            wanted.Add(id);
        }

        form = form with { Ids = [.. wanted] };
        return null;
    }

    private static StanzaError? ReadWith(string value, ref ArchiveQueryForm form)
    {
        if (!Jid.TryParse(value, out var with))
        {
            return new StanzaError(StanzaErrorCondition.JidMalformed);
        }

        form = form with { With = with };
        return null;
    }

    private static StanzaError? ReadTime(bool start, string value, ref ArchiveQueryForm form)
    {
        if (!DateTimeProfile.TryParse(value, out var time, out var exact))
        {
            return Bad("not a time in the form of XEP-0082");
        }

        if (start)
        {
            // Rows are stamped in milliseconds: of a finer start only the next one is late enough.
            time = exact ? time : time + 1;
            form = form.From(time <= 0 ? 0 : time > LastMillisecond ? long.MaxValue : time << CounterBits);
        }
        else
        {
            form = form.To(time < 0 ? -1 : time >= LastMillisecond ? long.MaxValue : ((time + 1) << CounterBits) - 1);
        }

        return null;
    }

    private static StanzaError? ReadSet(XmlElement? set, StanzaIds ids, ref ArchiveQueryForm form)
    {
        if (set is null)
        {
            return null;
        }

        if (set.Child("index") is not null)
        {
            // XEP-0059 §2.6: who does not page by index says so.
            return new StanzaError(StanzaErrorCondition.FeatureNotImplemented);
        }

        if (set.Child("max") is { } max)
        {
            if (!uint.TryParse(max.Text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
            {
                return Bad("max is not a number");
            }

            form = form with { Max = (int)Math.Min(wanted, LargestMax) };
        }

        var (after, before) = (set.Child("after")?.Text, set.Child("before")?.Text);
        var (afterId, beforeId) = (0L, 0L);
        if ((!string.IsNullOrEmpty(after) && !ids.TryDecode(after, out afterId)) || (!string.IsNullOrEmpty(before) && !ids.TryDecode(before, out beforeId)))
        {
            return NotFound();
        }

        // An empty <before/> is the end of the archive (§2.5); an empty <after/> its beginning.
        form = form with
        {
            AfterId = string.IsNullOrEmpty(after) ? null : afterId,
            BeforeId = string.IsNullOrEmpty(before) ? null : beforeId,
            Backwards = before is not null,
        };
        return null;
    }

    private ArchiveQueryForm From(long id) => this with { StartId = Math.Max(StartId, id) };

    private ArchiveQueryForm To(long id) => this with { EndId = Math.Min(EndId, id) };

    private static StanzaError Bad(string text) => new(StanzaErrorCondition.BadRequest) { Text = text };

    private static StanzaError NotFound() => new(StanzaErrorCondition.ItemNotFound);
}
