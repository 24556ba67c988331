using Presence.Cli.Clients;

namespace Presence.Cli.Load;

/// <summary>What a load run is asked to do. Values only.</summary>
/// <param name="Mechanism">SASL mechanism: SCRAM-SHA-1, SCRAM-SHA-256 or PLAIN.</param>
/// <param name="Prefix">Accounts are called by this and a number from 0.</param>
/// <param name="Concurrency">Operations at once: log-ins, pairs, senders.</param>
/// <param name="WarmUp">Time that runs before what is measured: code is compiled, caches fill.</param>
/// <param name="Duration">Time that is measured.</param>
/// <param name="Rate">Operations a second; 0 = each begins when the one before it has ended.</param>
/// <param name="Messages">Messages for each sleeping user.</param>
/// <param name="Contacts">Contacts of each user.</param>
/// <param name="BodyBytes">Length of a message's text.</param>
/// <param name="Pause">Wait before sleeping users wake, so that the server can be killed and started again.</param>
/// <param name="Keep">Log users in and keep them, to see what they weigh.</param>
internal sealed record LoadOptions(
    ServerAddress Server, string Mechanism, string Prefix, string Password, int Users, int Concurrency, TimeSpan WarmUp, TimeSpan Duration, int Rate, int Messages,
    int Contacts, int BodyBytes, bool Keep, bool Pause)
{
    public string Name(int user) => Prefix + user.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
