using System.Text;

namespace Presence.Chaos.Clients;

/// <summary>
/// The splitter finds the same elements however the bytes are cut.
/// </summary>
public sealed class ElementSplitterTests
{
    private const string Stream =
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='>'> <a/>\n<message to=\"x'>\"><body>&lt;ü👋</body><e f='/>'/></message><r xmlns='urn:xmpp:sm:3'/>";

    private static readonly string[] Expected =
        ["<a/>", "<message to=\"x'>\"><body>&lt;ü👋</body><e f='/>'/></message>", "<r xmlns='urn:xmpp:sm:3'/>"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Finds_top_level_elements_in_pieces_of_any_size(int size)
    {
        var splitter = new ElementSplitter();

        var found = Encoding.UTF8.GetBytes(Stream).Chunk(size).SelectMany(piece => splitter.Feed(piece));

        Assert.Equal(Expected, found);
        Assert.False(splitter.Closed);
    }

    [Fact]
    public void Sees_the_end_of_the_stream_and_starts_again()
    {
        var splitter = new ElementSplitter();
        splitter.Feed(Encoding.UTF8.GetBytes(Stream + "</stream:stream>"));
        Assert.True(splitter.Closed);

        splitter.Restart();

        Assert.Equal(Expected, splitter.Feed(Encoding.UTF8.GetBytes(Stream)));
        Assert.False(splitter.Closed);
    }
}
