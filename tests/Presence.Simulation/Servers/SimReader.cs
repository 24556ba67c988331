using Presence.Simulation.Engine;

namespace Presence.Simulation.Servers;

/// <summary>The reader threads: what is read, when, and when the answer arrives are three different moments, and reads may overtake each other.</summary>
public sealed class SimReader(Dice dice)
{
    private readonly List<(Func<object?> Read, Action<object?> Done)> _waiting = [];
    private readonly List<(object? Result, Action<object?> Done)> _read = [];

    public bool Waiting => _waiting.Count > 0;

    public bool Answering => _read.Count > 0;

    public void Add(Func<object?> read, Action<object?> done) => _waiting.Add((read, done));

    public void ReadOne()
    {
        var at = dice.Below(_waiting.Count);
        var (read, done) = _waiting[at];
        _waiting.RemoveAt(at);
        _read.Add((read(), done));
    }

    public void AnswerOne()
    {
        var at = dice.Below(_read.Count);
        var (result, done) = _read[at];
        _read.RemoveAt(at);
        done(result);
    }
}
