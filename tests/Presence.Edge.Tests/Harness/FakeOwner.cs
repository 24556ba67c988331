using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Presence.Routing;

namespace Presence.Edge.Tests.Harness;

/// <summary>
/// The owner's side of the port: records what edges hand over and answers by script. Its inbox can be closed, as if full. It must never be
/// cleverer than an owner: what a test needs beyond the defaults it scripts itself.
/// </summary>
internal sealed class FakeOwner : IAccept
{
    private readonly Channel<EdgeInput> _inputs = Channel.CreateUnbounded<EdgeInput>();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;

    /// <summary>Where answers go; set when the edge exists.</summary>
    public IDeliver Deliver { get; set; } = null!;

    /// <summary>What is said to each kind of request; null: nothing.</summary>
    public Func<EdgeInput, ControlOutput?> Script { get; set; } = Usual;

    /// <summary>Offers refused because the inbox was closed.</summary>
    public ConcurrentQueue<EdgeInput> Refused { get; } = [];

    public static ControlOutput? Usual(EdgeInput input) => input switch
    {
        BindInput bind => new BoundOutput(bind.Account.WithResource(bind.Resource ?? "made")),
        EnableSmInput enable => new SmEnabledOutput(enable.Resume ? "sm-1" : null, enable.Resume ? 600 : 0),
        ResumeInput resume => new ResumedOutput(resume.Account.WithResource("old"), resume.SmId, 7),
        _ => null,
    };

    public bool TryAccept(EdgeInput input)
    {
        lock (_gate)
        {
            if (_room is not null)
            {
                Refused.Enqueue(input);
                return false;
            }

            Assert.True(_inputs.Writer.TryWrite(input));
        }

        if (Script(input) is { } answer)
        {
            Deliver.Control(input.Connection, answer);
            Deliver.Flush();
        }

        return true;
    }

    public async ValueTask WaitForRoomAsync(long userId, CancellationToken cancellation)
    {
        Task room;
        lock (_gate)
        {
            room = _room?.Task ?? Task.CompletedTask;
        }

        await room.WaitAsync(cancellation);
    }

    /// <summary>The inbox is full from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Open()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            room = _room;
            _room = null;
        }

        room?.SetResult();
    }

    /// <summary>The next input, of whatever kind.</summary>
    public async Task<EdgeInput> NextAsync()
    {
        using var limit = new CancellationTokenSource(TestEdge.Patience);
        return await _inputs.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The next input, which must be of this kind.</summary>
    public async Task<T> NextAsync<T>()
        where T : EdgeInput =>
        Assert.IsType<T>(await NextAsync());

    /// <summary>The next input that is not a report of written bytes.</summary>
    public async Task<T> NextOtherThanWrittenAsync<T>()
        where T : EdgeInput
    {
        var input = await NextAsync();
        while (input is WrittenInput)
        {
            input = await NextAsync();
        }

        return Assert.IsType<T>(input);
    }

    /// <summary>True if nothing more has been taken.</summary>
    public bool IsQuiet => !_inputs.Reader.TryPeek(out _);

    public void Say(ConnectionId connection, ControlOutput output)
    {
        Deliver.Control(connection, output);
        Deliver.Flush();
    }

    public void Send(ConnectionId connection, long number, string xml)
    {
        var bytes = Encoding.UTF8.GetBytes(xml);
        var third = bytes.Length / 3;
        Deliver.Stanza(connection, new OutboundStanza(number, bytes.AsMemory(0, third), bytes.AsMemory(third, third), bytes.AsMemory(2 * third)));
        Deliver.Flush();
    }
}
