using System.Text;
using Presence.Chaos.Clients;
using static Presence.Chaos.Fuzz.TreeMutation;

namespace Presence.Chaos.Fuzz;

/// <summary>Log-ins that go wrong: every message of SCRAM and PLAIN (RFC 5802, RFC 4616), changed inside, around, or sent at the wrong time.</summary>
internal static class SaslCases
{
    private const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";

    public static FuzzCase Make(int number, Random random, string account)
    {
        var user = account.Split('@')[0];
        var tls = random.Next(4) == 0;
        var steps = new List<FuzzStep>();
        for (var exchanges = random.Next(4); exchanges >= 0; exchanges--)
        {
            if (random.Next(4) == 0)
            {
                steps.Add(Said($"<auth xmlns='{Sasl}' mechanism='PLAIN'>{Data($"{(random.Next(2) == 0 ? "" : account)}\0{user}\0{Person.Password}", random)}</auth>", random));
            }
            else
            {
                Scram(steps, user, random);
            }

            if (random.Next(4) == 0)
            {
                steps.Add(Said(Pick(["<abort xmlns='{0}'/>", "<response xmlns='{0}'>=</response>", "<response xmlns='{0}'/>", "<success xmlns='{0}'/>"], random).Replace("{0}", Sasl, StringComparison.Ordinal), random));
            }
        }

        return new(number, FuzzStage.Opened, tls, steps, [], IsWellFormed: false, Cuts: random.Next(8) == 0);
    }

    private static void Scram(List<FuzzStep> steps, string user, Random random)
    {
        var scram = new ScramClient(user, Person.Password);
        var mechanism = Pick(["SCRAM-SHA-1", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "X", ""], random);
        var first = Encoding.UTF8.GetString(Convert.FromBase64String(scram.First()));
        if (random.Next(4) == 0)
        {
            first = Pick(["y,,", "n,a=somebody,", "p=tls-exporter,,", "p=,,", "n,a=,", "n,a==2C,", "q,,", "n,,m=1,", ",,"], random) + first[3..];
        }

        steps.Add(Said($"<auth xmlns='{Sasl}' mechanism='{mechanism}'>{Data(first, random)}</auth>", random));
        var later = new Random(random.Next());
        steps.Add(new(received => Encoding.UTF8.GetBytes($"<response xmlns='{Sasl}'>{Final(scram, received, later)}</response>"), AfterAnswer: true));
    }

    private static string Final(ScramClient scram, string received, Random random)
    {
        const string Start = "xmpp-sasl'>";
        var end = received.LastIndexOf("</challenge>", StringComparison.Ordinal);
        var start = end < 0 ? -1 : received.LastIndexOf('>', end) + 1;
        if (start <= 0)
        {
            return random.Next(2) == 0 ? "" : Convert.ToBase64String(Encoding.UTF8.GetBytes($"c=biws,r={Start},p=AAAA"));
        }

        var final = Encoding.UTF8.GetString(Convert.FromBase64String(scram.Final(received[start..end])));
        return Data(final, random);
    }

    // Changed below base64, in base64, or not at all.
    private static string Data(string message, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var kind = random.Next(4);
        if (kind == 0)
        {
            bytes = TextMutation.Apply(bytes, random);
        }

        if (random.Next(8) == 0)
        {
            bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("r=", Pick(["n=", "r", "r=,r=", "m=x,r=", "i=1,r="], random), StringComparison.Ordinal));
        }

        var text = Convert.ToBase64String(bytes);
        return kind == 1 ? Pick([text + "=", text.TrimEnd('='), "=" + text, text + " ", "\n" + text, text.Replace('A', '-'), "", "=", text + text], random) : text;
    }

    private static FuzzStep Said(string xml, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(xml);
        if (random.Next(6) == 0)
        {
            bytes = TextMutation.Apply(bytes, random);
        }

        return new(_ => bytes, AfterAnswer: random.Next(2) == 0);
    }
}
