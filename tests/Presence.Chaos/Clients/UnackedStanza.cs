namespace Presence.Chaos.Clients;

/// <summary>A stanza that the server has not acknowledged yet, and what to do when it has. Immutable.</summary>
public sealed record UnackedStanza(string Xml, Action? OnAcknowledged, Action? OnAmbiguous);
