using System.Runtime.InteropServices;
using Presence.Node.Composition;
using Presence.Node.Configuration;
using Presence.Node.Demonstration;

const int Done = 0, Defect = 1, WrongConfiguration = 2, CannotStart = 3;

var here = Directory.GetCurrentDirectory();
var gathered = GatheredSettings.From(args, Environment.GetEnvironmentVariables(), AppContext.BaseDirectory, here);
if (gathered.Help || gathered.Version)
{
    Console.Out.Write(gathered.Help ? HelpText.Write() : NodeVersion.Text + "\n");
    return Done;
}

using var demo = gathered.Demo ? Demo.Prepare(gathered) : null;
if (OptionsValidation.TryRead(gathered, here, out var problems) is not { } options)
{
    Console.Error.WriteLine(problems.Count == 1 ? "The configuration has a problem:" : $"The configuration has {problems.Count} problems:");
    foreach (var problem in problems)
    {
        Console.Error.WriteLine("  " + problem);
    }

    return WrongConfiguration;
}

var colour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
using var loggers = NodeLogging.Create(options.Logging);
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopInOrder);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopInOrder);
try
{
    await using var node = await NodeHost.StartAsync(options, Console.Out, colour, TimeProvider.System, loggers);
    using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => ReloadCertificate(signal, node));
    if (demo is not null)
    {
        await demo.TellAsync(node, options, Console.Out, colour, stop.Token);
    }

    Console.Out.WriteLine(node.Ports.ReadyLine());
    Console.Out.Flush();
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return Done;
}
catch (StartException e)
{
    Console.Error.WriteLine("Presence cannot start. " + e.Message);
    return CannotStart;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return Done;
}
catch (Exception e)
{
    Console.Error.WriteLine("Presence failed by a defect of its own; please report it.\n" + e);
    return Defect;
}

// Renewal programs send it; the default would end the process.
static void ReloadCertificate(PosixSignalContext signal, NodeHost node)
{
    signal.Cancel = true;
    node.Admin.ReloadCertificate();
}

// The first signal stops in good order, the second one at once: it is not caught any more.
void StopInOrder(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;

    // Not Cancel: what waits for it would go on right here, inside the signal's handler.
    _ = stop.CancelAsync();
}
