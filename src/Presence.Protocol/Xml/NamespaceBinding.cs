namespace Presence.Protocol.Xml;

/// <summary>
/// One namespace declaration: a prefix (empty for the default) and a namespace name, each either a stretch of the data
/// being read or a piece of an array of its own. It must never be resolved against other data than it was made from.
/// </summary>
internal readonly struct NamespaceBinding
{
    private readonly byte[]? _prefix;
    private readonly byte[]? _uri;
    private readonly int _prefixStart;
    private readonly int _prefixLength;
    private readonly int _uriStart;
    private readonly int _uriLength;

    /// <summary>A binding that needs no data: one inherited from the stream header.</summary>
    public NamespaceBinding(byte[] prefix, byte[] uri)
    {
        _prefix = prefix;
        _prefixLength = prefix.Length;
        _uri = uri;
        _uriLength = uri.Length;
    }

    /// <summary>A declaration found in the data; <paramref name="decodedUri"/> if its value had to be unescaped.</summary>
    public NamespaceBinding(int prefixStart, int prefixLength, int uriStart, int uriLength, byte[]? decodedUri)
    {
        _prefixStart = prefixStart;
        _prefixLength = prefixLength;
        _uri = decodedUri;
        _uriStart = decodedUri is null ? uriStart : 0;
        _uriLength = decodedUri?.Length ?? uriLength;
    }

    public ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> data) => _prefix is null ? data.Slice(_prefixStart, _prefixLength) : _prefix;

    public ReadOnlySpan<byte> Uri(ReadOnlySpan<byte> data) => _uri is null ? data.Slice(_uriStart, _uriLength) : _uri;
}
