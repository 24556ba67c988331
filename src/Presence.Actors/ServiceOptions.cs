using System.Collections.Frozen;

namespace Presence.Actors;

/// <summary>What an operator decides about the services beside messaging; read once at start.</summary>
public sealed record ServiceOptions
{
    /// <summary>Largest vCard, in bytes as stored, photo and all (XEP-0054); one more is refused with <c>policy-violation</c>.</summary>
    public int MaxVCardBytes { get; init; } = 128 * 1024;

    /// <summary>Private XML of one user, in bytes as stored (XEP-0049); what would exceed it is refused with <c>resource-constraint</c>.</summary>
    public int MaxPrivateBytes { get; init; } = 256 * 1024;

    /// <summary>Payload of one item of personal eventing (XEP-0163), in bytes as stored; one more is refused with <c>payload-too-big</c>.</summary>
    public int MaxEventItemBytes { get; init; } = 128 * 1024;

    /// <summary>Payloads and ids of all items of one user; what would exceed it is refused with <c>resource-constraint</c>.</summary>
    public int MaxEventBytes { get; init; } = 1024 * 1024;

    /// <summary>Services that clients are told of (XEP-0215).</summary>
    public IReadOnlyList<ExternalService> External { get; init; } = [];

    /// <summary>Bare JIDs of accounts that may use the commands of XEP-0133.</summary>
    public FrozenSet<string> Administrators { get; init; } = FrozenSet<string>.Empty;
}
