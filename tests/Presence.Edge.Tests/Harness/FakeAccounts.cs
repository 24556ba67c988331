using System.Collections.Concurrent;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Routing;

namespace Presence.Edge.Tests.Harness;

/// <summary>Accounts in memory, which a test can make fail. It must never derive keys: the edge does.</summary>
internal sealed class FakeAccounts : IAccounts
{
    public const int Iterations = ScramKeys.MinIterations;

    private readonly ConcurrentDictionary<Jid, ScramKeys> _keys = new();

    /// <summary>The store is away.</summary>
    public bool Broken { get; set; }

    public ConcurrentDictionary<Jid, ScramKeys> Keys => _keys;

    public FakeAccounts With(string jid, string password)
    {
        Assert.True(ScramKeys.TryDerive(password, "0123456789abcdef"u8, Iterations, out var keys));
        _keys[Jid.Parse(jid)] = keys;
        return this;
    }

    public ValueTask<ScramKeys?> FindAsync(Jid account, CancellationToken cancellation) => Broken
        ? ValueTask.FromException<ScramKeys?>(new IOException("the store is away"))
        : ValueTask.FromResult(_keys.GetValueOrDefault(account));

    public ValueTask<AccountChange> CreateAsync(Jid account, ScramKeys keys, CancellationToken cancellation) =>
        Answer(() => _keys.TryAdd(account, keys) ? AccountChange.Done : AccountChange.Exists);

    public ValueTask<AccountChange> ChangeKeysAsync(Jid account, ScramKeys keys, CancellationToken cancellation) =>
        Answer(() => _keys.ContainsKey(account) && (_keys[account] = keys) is not null ? AccountChange.Done : AccountChange.Unknown);

    private ValueTask<AccountChange> Answer(Func<AccountChange> change) => ValueTask.FromResult(Broken ? AccountChange.Unavailable : change());
}
