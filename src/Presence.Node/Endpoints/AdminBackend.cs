using Presence.Actors.Admin;
using Presence.Edge.Listening;
using Presence.Node.Checks;
using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Node.Endpoints;

/// <summary>What the admin endpoint needs of the node: a seam, so that the endpoint is tested without owners and store.</summary>
/// <param name="Domain">The domain served; accounts of others are refused.</param>
/// <param name="Keys">Makes keys of new passwords.</param>
/// <param name="Ask">Puts a request to the owner of a user.</param>
/// <param name="Erased">Completes when all that removed accounts left is deleted.</param>
/// <param name="Store">What is read of users without asking their owners. Blocks; throws <see cref="IOException"/> when the store cannot be read.</param>
/// <param name="Check">Looks at certificate, ports, store and disk of the running node.</param>
/// <param name="ReloadCertificate">Reads the certificate again. May block on the disk.</param>
/// <param name="Backup">Begins a backup to a new file of this absolute path, or refuses.</param>
internal sealed record AdminBackend(
    Jid Domain,
    AccountKeys Keys,
    Func<AdminRequest, CancellationToken, Task<AdminReply>> Ask,
    Func<CancellationToken, Task> Erased,
    IUserReads Store,
    Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> Check,
    Func<CertificateReload> ReloadCertificate,
    Func<string, AdminAnswer> Backup);
