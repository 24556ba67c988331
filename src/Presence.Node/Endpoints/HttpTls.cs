using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Presence.Node.Endpoints;

/// <summary>
/// TLS on a port of Kestrel with the certificate that the client ports use, so that one renewed file is enough for all. Kestrel's own needs its
/// container. It must never let a connection pass without a finished handshake.
/// </summary>
/// <param name="settings">What to shake hands with, by what the client has sent so far.</param>
internal sealed class HttpTls(Func<ReadOnlySpan<byte>, SslServerAuthenticationOptions> settings)
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    // A first message is rarely longer, and what matters stands before what makes it long.
    private const int MostLookedAt = 2048;

    public ConnectionDelegate Around(ConnectionDelegate next) => async connection =>
    {
        var plain = connection.Transport;
        var tls = new SslStream(new PipeStream(plain));
        await using (tls.ConfigureAwait(false))
        {
            if (!await ShakesHandsAsync(tls, connection).ConfigureAwait(false))
            {
                return;
            }

            connection.Features.Set<ITlsConnectionFeature>(new TlsConnectionFeature());
            connection.Transport = new Duplex(PipeReader.Create(tls), PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true)));
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
                await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
                connection.Transport = plain;
            }
        }
    };

    private async Task<bool> ShakesHandsAsync(SslStream tls, ConnectionContext connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(HandshakeLimit);
        try
        {
            var chosen = await ChooseAsync(connection.Transport.Input, limit.Token).ConfigureAwait(false);
            await tls.AuthenticateAsServerAsync(chosen, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or ConnectionAbortedException)
        {
            return false;
        }
    }

    // Looks at the first bytes without taking them.
    private async ValueTask<SslServerAuthenticationOptions> ChooseAsync(PipeReader input, CancellationToken cancellation)
    {
        var first = (await input.ReadAsync(cancellation).ConfigureAwait(false)).Buffer;
        var chosen = settings(first.Slice(0, Math.Min(first.Length, MostLookedAt)).ToArray());
        input.AdvanceTo(first.Start);
        return chosen;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class TlsConnectionFeature : ITlsConnectionFeature
    {
        public System.Security.Cryptography.X509Certificates.X509Certificate2? ClientCertificate { get; set; }

        public Task<System.Security.Cryptography.X509Certificates.X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult(ClientCertificate);
    }

    /// <summary>Both directions of a pipe as one stream.</summary>
    private sealed class PipeStream(IDuplexPipe pipe) : Stream
    {
        private readonly Stream _input = pipe.Input.AsStream(leaveOpen: true);
        private readonly Stream _output = pipe.Output.AsStream(leaveOpen: true);

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
