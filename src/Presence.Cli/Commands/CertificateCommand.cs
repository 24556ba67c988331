using System.CommandLine;

namespace Presence.Cli.Commands;

/// <summary><c>certificate reload</c>: for renewal programs that want to know whether the node took what they wrote.</summary>
internal static class CertificateCommand
{
    public static Command Create(CommandRunner run)
    {
        var reload = new Command("reload", "Reads the certificate files again now; exit code 1 when they are no use and the old certificate stays");
        run.Bind(reload, async (_, context, cancellation) =>
        {
            var answer = await context.Node.SendAsync(HttpMethod.Post, ["certificate", "reload"], null, cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => context.Say(
                $"{((bool?)a.Body?["taken"] == true ? "New handshakes use the new certificate" : "The certificate has not changed")}; it ends {a.Text("expiresAt")}."));
        });
        return new Command("certificate", "The certificate shown to clients") { reload };
    }
}
