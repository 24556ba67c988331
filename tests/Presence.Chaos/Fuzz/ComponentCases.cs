using System.Text;
using static Presence.Chaos.Fuzz.TreeMutation;

namespace Presence.Chaos.Fuzz;

/// <summary>What comes from an external component (XEP-0114) that has gone mad, and from somebody who only claims to be one.</summary>
internal static class ComponentCases
{
    /// <summary>The secret of every component of a run.</summary>
    public const string Secret = "open sesame";

    /// <summary>The header that a component begins with.</summary>
    public static string Header(string domain) =>
        $"<stream:stream to='{domain}' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>";

    public static FuzzCase Make(int number, Random random, Func<string, string, string> fill, string domain) =>
        random.Next(3) == 0 ? Stranger(number, random, domain) : Connected(number, random, fill);

    private static FuzzCase Stranger(int number, Random random, string domain)
    {
        var bytes = Encoding.UTF8.GetBytes(Header(domain) + "<handshake>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake><message/>");
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            bytes = TextMutation.Apply(bytes, random);
        }

        return new(number, FuzzStage.ComponentPort, false, [.. TextMutation.Split(bytes, random).Select(b => new FuzzStep(_ => b))], [], IsWellFormed: false, Cuts: false);
    }

    private static FuzzCase Connected(int number, Random random, Func<string, string, string> fill)
    {
        var steps = new List<FuzzStep>();
        for (var count = random.Next(8); count >= 0; count--)
        {
            var element = Tree.Parse(Pick(random.Next(3) switch { 0 => Corpus.Iqs, 1 => Corpus.Messages, _ => Corpus.Presences }, random));
            element.SetAttributeValue("from", random.Next(6) == 0 ? Pick(Corpus.Values, random) : Pick(["{component}", "bot@{component}", "bot@{component}/r"], random));
            if (element.Attribute("to") is null)
            {
                element.SetAttributeValue("to", Pick(["{observer}", "{own}", "{other}/attack", "localhost", "nobody@localhost"], random));
            }

            for (var changes = random.Next(3); changes > 0; changes--)
            {
                Apply(element, random);
            }

            // The default namespace is the component's own.
            var text = fill(Tree.Write(element), "c").Replace(" xmlns=\"jabber:client\"", "", StringComparison.Ordinal);
            var bytes = Encoding.UTF8.GetBytes(text);
            bytes = random.Next(8) == 0 ? TextMutation.Apply(bytes, random) : bytes;
            steps.Add(new FuzzStep(_ => bytes));
        }

        return new(number, FuzzStage.Component, false, steps, [], IsWellFormed: false, Cuts: random.Next(4) == 0);
    }
}
