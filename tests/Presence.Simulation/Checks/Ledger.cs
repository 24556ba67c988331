using Presence.Simulation.Clients;

namespace Presence.Simulation.Checks;

/// <summary>Every message of the run by the number in its body. It only finds; what must hold is said elsewhere.</summary>
public sealed class Ledger
{
    private readonly List<SimMessage> _messages = [];

    public IReadOnlyList<SimMessage> Messages => _messages;

    public SimMessage Add(Func<int, SimMessage> make)
    {
        var message = make(_messages.Count);
        _messages.Add(message);
        return message;
    }

    /// <summary>The message whose mark <c>#number#</c> stands in the bytes, or null.</summary>
    public SimMessage? Find(ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOf((byte)'#');
        if (at < 0)
        {
            return null;
        }

        var number = 0;
        for (var i = at + 1; i < bytes.Length && bytes[i] != '#'; i++)
        {
            number = (number * 10) + bytes[i] - '0';
        }

        return number >= 0 && number < _messages.Count ? _messages[number] : null;
    }
}
