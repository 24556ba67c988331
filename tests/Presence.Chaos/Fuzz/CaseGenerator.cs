using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Presence.Chaos.Hostile;
using static Presence.Chaos.Fuzz.TreeMutation;

namespace Presence.Chaos.Fuzz;

/// <summary>Makes the cases of a seed. Pure: the same seed, number and names make the same case.</summary>
/// <param name="names">What {own}, {other} and {observer} stand for.</param>
internal sealed class CaseGenerator(int seed, IReadOnlyDictionary<string, string> names)
{
    private const int MaxStanzas = 12;

    public FuzzCase Make(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        return random.Next(20) switch
        {
            < 8 => Elements(number, random),
            < 12 => Broken(number, random),
            < 14 => Header(number, random),
            < 17 => SaslCases.Make(number, random, names["{own}"]),
            < 18 => Unbound(number, random),
            < 19 => ComponentCases.Make(number, random, Fill, names["{component}"]),
            _ => FrameCases.Make(number, random, Fill),
        };
    }

    // Well-formed elements, changed as trees.
    private FuzzCase Elements(int number, Random random)
    {
        var steps = new List<FuzzStep>();
        var answers = new List<string>();
        for (var count = random.Next(MaxStanzas); count >= 0; count--)
        {
            var element = Tree.Parse(Example(random));
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                Apply(element, random);
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"f{number}-{count}");
            if (HasToBeAnswered(element))
            {
                answers.Add(id);
            }

            steps.Add(Said(Encoding.UTF8.GetBytes(Fill(Tree.Write(element), id))));
        }

        return new(number, FuzzStage.Bound, random.Next(20) == 0, steps, answers, IsWellFormed: true, Cuts: random.Next(4) == 0);
    }

    // Several at once, changed as bytes.
    private FuzzCase Broken(int number, Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(4); count >= 0; count--)
        {
            text.Append(Example(random));
        }

        var bytes = Encoding.UTF8.GetBytes(Fill(text.ToString(), "b"));
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            bytes = TextMutation.Apply(bytes, random);
        }

        return new(number, FuzzStage.Bound, random.Next(20) == 0, [.. TextMutation.Split(bytes, random).Select(Said)], [], IsWellFormed: false, Cuts: random.Next(4) == 0);
    }

    private FuzzCase Header(int number, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Intruder.Header);
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            bytes = random.Next(3) == 0 ? Swapped(bytes, random) : TextMutation.Apply(bytes, random);
        }

        return new(number, FuzzStage.Connected, random.Next(10) == 0, [.. TextMutation.Split(bytes, random).Select(Said)], [], IsWellFormed: false, Cuts: false);
    }

    // Between log-in and bind.
    private FuzzCase Unbound(int number, Random random)
    {
        var steps = new List<FuzzStep>();
        for (var count = random.Next(4); count >= 0; count--)
        {
            var element = Tree.Parse(random.Next(2) == 0 ? "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>" : Example(random));
            for (var changes = random.Next(3); changes > 0; changes--)
            {
                Apply(element, random);
            }

            steps.Add(Said(Encoding.UTF8.GetBytes(Fill(Tree.Write(element), "u"))));
        }

        return new(number, FuzzStage.Authenticated, false, steps, [], IsWellFormed: false, Cuts: random.Next(2) == 0);
    }

    private static string Example(Random random) => random.Next(10) switch
    {
        < 5 => Pick(Corpus.Iqs, random),
        < 8 => Pick(Corpus.Messages, random),
        < 9 => Pick(Corpus.Presences, random),
        _ => random.Next(2) == 0 ? Pick(Corpus.Presences, random) : Corpus.Elements[random.Next(Corpus.Elements.Count - 1)],
    };

    // RFC 6120 §8.2.3: a request has to be answered; by whom no client stands for.
    private static bool HasToBeAnswered(XElement element) =>
        element.Name == XName.Get("iq", "jabber:client") && element.Attribute("type")?.Value is "get" or "set" && element.Attribute("id")?.Value == "{id}"
        && element.Attribute("from") is null && element.Attribute("to")?.Value is null or "localhost" or "{own}" or "{other}" or "{observer}" or "nobody@localhost";

    private static byte[] Swapped(byte[] header, Random random) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(header).Replace(
            Pick(["'localhost'", "'1.0'", "'jabber:client'", "stream:stream", "http://etherx.jabber.org/streams", "<?xml"], random), "'" + Pick(Corpus.Values, random) + "'", StringComparison.Ordinal));

    private static FuzzStep Said(byte[] bytes) => new(_ => bytes);

    private string Fill(string text, string id)
    {
        foreach (var (name, value) in names)
        {
            text = text.Replace(name, value, StringComparison.Ordinal);
        }

        return text.Replace("{id}", id, StringComparison.Ordinal);
    }
}
