using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Presence.Edge.Connections;

/// <summary>
/// A client's socket, for one reader and one writer at a time. A reset ends the input like a FIN does, without an exception: phones lose their connections
/// all day, and an exception that crosses every layer of a connection took about a fifth of the CPU of a resume. Any other failure is thrown.
/// </summary>
internal sealed class ClientSocketStream : NetworkStream, IValueTaskSource<int>
{
    private readonly Receive _receive = new();

    public ClientSocketStream(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <returns>0: the client ended its side or reset the connection, or, if the buffer is empty, there is something to read.</returns>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return base.ReadAsync(buffer, cancellationToken);
        }

        _receive.Completion.Reset();
        _receive.SetBuffer(buffer);
        return Socket.ReceiveAsync(_receive) ? new ValueTask<int>(this, _receive.Completion.Version) : new ValueTask<int>(Result());
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        _receive.Completion.GetResult(token);
        return Result();
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _receive.Completion.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _receive.Completion.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            // Under a receive that still runs the runtime keeps what it needs until that ends.
            _receive.Dispose();
        }
    }

    private int Result() => _receive.SocketError switch
    {
        SocketError.Success => _receive.BytesTransferred,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.TimedOut => 0,
        var error => throw new SocketException((int)error),
    };

    /// <summary>The one receive of the stream; told of its end on a thread of the socket engine, which goes on with the reader.</summary>
    private sealed class Receive() : SocketAsyncEventArgs(true)
    {
        // A field: the core is a struct that changes itself.
        public ManualResetValueTaskSourceCore<bool> Completion;

        protected override void OnCompleted(SocketAsyncEventArgs e) => Completion.SetResult(true);
    }
}
