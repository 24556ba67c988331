using System.Collections.Concurrent;
using System.Text;
using Presence.Cli;

namespace Presence.Node.Tests.Cli;

/// <summary>A person at a terminal: types when the test says so and waits for what appears. Runs one command.</summary>
public sealed class PlayedTerminal : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Keyboard _keyboard = new();
    private readonly Screen _screen = new();
    private readonly Task<int> _command;

    public PlayedTerminal(params string[] arguments)
    {
        var terminal = new Terminal(
            _keyboard, _screen, _screen, MayAsk: false, Colours: false, new System.Collections.Hashtable(), Path.GetTempPath(), TimeProvider.System);
        _command = Task.Run(() => ControlProgram.RunAsync(arguments, terminal));
    }

    /// <summary>All that was shown so far.</summary>
    public IReadOnlyList<string> Lines => _screen.Lines;

    public void Type(string line) => _keyboard.Type(line);

    /// <summary>Waits until so many lines contain the text.</summary>
    public async Task SeesAsync(string text, int times = 1)
    {
        try
        {
            await _screen.WaitAsync(lines => lines.Count(l => l.Contains(text, StringComparison.Ordinal)) >= times).WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"\"{text}\" did not appear {times} times; there was:\n{string.Join('\n', Lines)}");
        }
    }

    public Task<int> EndAsync() => _command.WaitAsync(Limit);

    public void Dispose()
    {
        _keyboard.Dispose();
        _screen.Dispose();
    }

    private sealed class Keyboard : TextReader
    {
        private readonly BlockingCollection<string> _typed = [];

        public void Type(string line) => _typed.Add(line);

        public override string? ReadLine() => _typed.TryTake(out var line, Timeout.Infinite) ? line : null;

        protected override void Dispose(bool disposing)
        {
            _typed.CompleteAdding();
            base.Dispose(disposing);
        }
    }

    private sealed class Screen : TextWriter
    {
        private readonly Lock _gate = new();
        private readonly StringBuilder _text = new();
        private readonly List<(Func<IReadOnlyList<string>, bool> IsMet, TaskCompletionSource Met)> _waiting = [];

        public override Encoding Encoding => Encoding.UTF8;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate)
                {
                    return _text.ToString().Split('\n');
                }
            }
        }

        public Task WaitAsync(Func<IReadOnlyList<string>, bool> isMet)
        {
            lock (_gate)
            {
                var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((isMet, met));
                Notify();
                return met.Task;
            }
        }

        public override void Write(char value)
        {
            lock (_gate)
            {
                _text.Append(value);
                if (value == '\n')
                {
                    Notify();
                }
            }
        }

        private void Notify()
        {
            foreach (var (_, met) in _waiting.FindAll(w => w.IsMet(_text.ToString().Split('\n'))))
            {
                met.TrySetResult();
            }

            _waiting.RemoveAll(w => w.Met.Task.IsCompleted);
        }
    }
}
