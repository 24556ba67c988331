using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>What is needed to put a published avatar into the vCard, with the publication that waits for it.</summary>
/// <param name="Known">The vCard that was there when it was asked.</param>
/// <param name="VCard">Null: there is none.</param>
/// <param name="Image">The item with the image; null: there is none, or none is wanted.</param>
/// <param name="Failed">The store could not be read.</param>
public sealed record AvatarInput(
    long UserId, int SessionNo, Stanza Request, XmlElement PubSub, DocumentRef? Known, DocumentRow? VCard, DocumentRow? Image, bool Failed) : UserInput(UserId);
