using Presence.Protocol.Stanzas;

namespace Presence.Actors.Admin;

/// <summary>What became of an order.</summary>
/// <param name="Error">Why it was not carried out, or not wholly; null: it was.</param>
/// <param name="Fields">What was asked for, by the names of XEP-0133 §6.</param>
public sealed record AdminOutcome(StanzaError? Error, IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Fields)
{
    public static AdminOutcome Done { get; } = new(null, []);

    public static AdminOutcome Failed(StanzaErrorCondition condition, string text) => new(new StanzaError(condition) { Text = text }, []);
}
