using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Presence.Protocol.Tests.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Xml;

/// <summary>Our reader against System.Xml, on generated documents and on damaged ones; the seeds are fixed.</summary>
public class DifferentialTests
{
    [Fact]
    public void Generated_documents_are_accepted_with_the_same_tree() => Check.One(
        Fixed(1),
        Prop.ForAll(DocumentGenerator.Document.ToArbitrary(), document => Agree(Encoding.UTF8.GetBytes(document))));

    [Fact]
    public void Damaged_documents_are_judged_alike() => Check.One(
        Fixed(2).WithMaxTest(4_000),
        Prop.ForAll(DocumentGenerator.DamagedBytes.ToArbitrary(), Agree));

    [Fact]
    public void The_generators_make_both_good_and_bad_documents()
    {
        var good = DocumentGenerator.Document.Sample(300, 60).Count(document => SystemXmlReference.Read(Encoding.UTF8.GetBytes(document)) is not null);
        var damaged = DocumentGenerator.DamagedBytes.Sample(300, 60).Count(bytes => SystemXmlReference.Read(bytes) is not null);
        Assert.InRange(good, 100, 300);
        Assert.InRange(damaged, 10, 290);
    }

    [Fact]
    public void A_tree_survives_being_written_and_read() => Check.One(
        Fixed(3),
        Prop.ForAll(DocumentGenerator.Document.ToArbitrary(), document =>
        {
            if (!XmlElement.TryParse(Encoding.UTF8.GetBytes(document), out var element))
            {
                return true;
            }

            var bytes = element.ToBytes();
            return element.Equals(XmlElement.Parse(bytes)) && element.Equals(SystemXmlReference.Read(element.ToBytes("")));
        }));

    [Fact]
    public void Damaged_input_gives_the_same_events_however_it_is_cut() => Check.One(
        Fixed(4),
        Prop.ForAll(
            DocumentGenerator.DamagedBytes.ToArbitrary(),
            Gen.Choose(1, 40).ToArbitrary(),
            (bytes, size) =>
            {
                byte[] input = [.. Encoding.UTF8.GetBytes(StreamTranscript.Header), .. bytes];
                return StreamTranscript.Of(input).SequenceEqual(StreamTranscript.Of(input.Chunk(size)));
            }));

    private static bool Agree(byte[] utf8)
    {
        var expected = SystemXmlReference.Read(utf8);
        var accepted = XmlElement.TryParse(utf8, out var actual, "", XmlLimits.None);
        if (expected is null)
        {
            // System.Xml knows the name characters of XML 1.0's fourth edition, we those of the fifth, which has more.
            return !accepted || HasForeignName(utf8);
        }

        return expected.Equals(actual);
    }

    private static bool HasForeignName(byte[] utf8)
    {
        var tokenizer = new XmlTokenizer();
        tokenizer.Reset(XmlLimits.None);
        while (tokenizer.Read(utf8) is var kind and not XmlTokenKind.NeedMore)
        {
            Assert.NotEqual(XmlTokenKind.Failed, kind);
            if (kind == XmlTokenKind.StartTag)
            {
                var foreign = !Ascii.IsValid(tokenizer.QualifiedName(utf8));
                foreach (ref readonly var attribute in tokenizer.Attributes)
                {
                    foreign |= !Ascii.IsValid(utf8.AsSpan(attribute.NameStart, attribute.NameLength));
                }

                if (foreign)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Config Fixed(ulong seed) => Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(80).WithReplay(seed, 1);
}
