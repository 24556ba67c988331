using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Simulation.Servers;

/// <summary>What a client puts on its socket after it has authenticated.</summary>
public abstract record FromClient;

public sealed record BindRequest(string Resource) : FromClient;

public sealed record ResumeRequest(string SmId, long H) : FromClient;

public sealed record EnableRequest(bool Resume) : FromClient;

public sealed record ClientStanza(Stanza Stanza) : FromClient;

public sealed record ClientAckRequest : FromClient;

public sealed record ClientAck(long H) : FromClient;

public sealed record ClientState(bool Active) : FromClient;

public sealed record StreamEnd : FromClient;

/// <summary>What the edge puts on the socket.</summary>
public abstract record FromServer;

public sealed record ServerStanza(long Number, byte[] Bytes) : FromServer;

public sealed record ServerControl(ControlOutput Output) : FromServer;

public sealed record ServerAckRequest : FromServer;
