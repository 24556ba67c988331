using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>What an import has done so far.</summary>
internal sealed class ImportTotals
{
    public int Created { get; private set; }

    public int Overwritten { get; private set; }

    /// <summary>Accounts that were there and kept their password.</summary>
    public int Existed { get; private set; }

    public int Contacts { get; private set; }

    public int Blocked { get; private set; }

    public int Messages { get; private set; }

    /// <summary>vCards, elements of private storage, archive preferences.</summary>
    public int Documents { get; private set; }

    /// <summary>Messages, contacts and documents that were there already.</summary>
    public int Repeated { get; private set; }

    /// <summary>Messages, contacts, addresses and documents the node could not take.</summary>
    public int Refused { get; private set; }

    public int Failed { get; set; }

    public int Accounts => Created + Overwritten + Existed;

    public void Add(RecordResult result, bool account)
    {
        Created += result.Created ? 1 : 0;
        Overwritten += result.Overwritten ? 1 : 0;
        Existed += account && !result.Created && !result.Overwritten ? 1 : 0;
        Contacts += result.Contacts;
        Blocked += result.Blocked;
        Messages += result.Messages;
        Documents += result.Documents;
        Repeated += result.Repeated;
        Refused += result.Refused;
    }
}
