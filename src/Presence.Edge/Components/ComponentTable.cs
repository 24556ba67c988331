using System.Collections.Concurrent;
using System.Collections.Frozen;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Edge.Components;

/// <summary>
/// The components that may connect and the connection each has now, at most one. The way in for what owners and the server have for them, made
/// before the owners are; it must never block its callers, which are commit threads.
/// </summary>
public sealed class ComponentTable : IComponents, IComponentRequests
{
    private readonly FrozenDictionary<string, Place> _places;

    public ComponentTable(IEnumerable<ComponentAccount> accounts)
    {
        _places = accounts.ToFrozenDictionary(a => a.Domain.Domain, a => new Place(a), StringComparer.Ordinal);
        Domains = _places.Keys.ToFrozenSet(StringComparer.Ordinal);
    }

    public FrozenSet<string> Domains { get; }

    /// <summary>The domains whose component is connected now.</summary>
    public IReadOnlyList<string> Connected => [.. _places.Where(p => p.Value.Connection is not null).Select(p => p.Key).Order(StringComparer.Ordinal)];

    public bool TryDeliver(string domain, ReadOnlyMemory<byte> stanza) =>
        _places.TryGetValue(domain, out var place) && place.Connection is { } connection && connection.TrySend(ComponentNamespace.ForComponent(stanza));

    public bool Serves(Jid address) => Domains.Contains(address.Domain);

    public async ValueTask<Stanza?> AskAsync(Jid to, string id, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (!_places.TryGetValue(to.Domain, out var place) || place.Connection is not { } connection)
        {
            return null;
        }

        var question = new Question(connection, to);
        if (!place.Questions.TryAdd(id, question))
        {
            return null;
        }

        try
        {
            // Asked after it was noted: a connection that ends from here on answers for what it was asked.
            return connection.TrySend(ComponentNamespace.ForComponent(request)) ? await question.Answer.Task.WaitAsync(cancellation).ConfigureAwait(false) : null;
        }
        finally
        {
            place.Questions.TryRemove(id, out _);
        }
    }

    internal ComponentAccount? Find(string? domain) =>
        Jid.TryParse(domain, out var jid) && jid is { Local: null, Resource: null } && _places.TryGetValue(jid.Domain, out var place) ? place.Account : null;

    /// <summary>Takes the place of whoever had it; that one is returned, to be told.</summary>
    internal ComponentConnection? Attach(ComponentConnection connection)
    {
        var place = _places[connection.Account!.Domain.Domain];
        return Interlocked.Exchange(ref place.Connection, connection);
    }

    /// <summary>The connection takes nothing any more. What it was asked will not be answered.</summary>
    internal void Detach(ComponentConnection connection)
    {
        var place = _places[connection.Account!.Domain.Domain];
        Interlocked.CompareExchange(ref place.Connection, null, connection);
        foreach (var (_, question) in place.Questions)
        {
            if (question.Asked == connection)
            {
                question.Answer.TrySetResult(null);
            }
        }
    }

    /// <summary>True: it answers what the server asked this connection.</summary>
    internal bool TryAnswer(ComponentConnection connection, Stanza stanza)
    {
        var place = _places[connection.Account!.Domain.Domain];
        return stanza is { Kind: StanzaKind.Iq, Type: StanzaType.Result or StanzaType.Error, Id: { } id }
            && place.Questions.TryGetValue(id, out var question) && question.Asked == connection && question.To == stanza.From
            && question.Answer.TrySetResult(stanza);
    }

    private sealed class Place(ComponentAccount account)
    {
        public ComponentConnection? Connection;

        public ComponentAccount Account { get; } = account;

        /// <summary>By id; no more than the server asks at one time.</summary>
        public ConcurrentDictionary<string, Question> Questions { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Question(ComponentConnection Asked, Jid To)
    {
        public TaskCompletionSource<Stanza?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
