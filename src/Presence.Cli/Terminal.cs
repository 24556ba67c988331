namespace Presence.Cli;

/// <summary>What surrounds a command: its streams, environment, place and time. One record, so that tests can play all of it.</summary>
/// <param name="MayAsk">Whether a person sits at the input who can be asked for a password.</param>
/// <param name="Colours">Whether the output shows colours and may be fitted to a window.</param>
public sealed record Terminal(
    TextReader In, TextWriter Out, TextWriter Error, bool MayAsk, bool Colours, System.Collections.IDictionary Environment, string WorkingDirectory, TimeProvider Clock)
{
    public static Terminal OfThisProcess() => new(
        Console.In, Console.Out, Console.Error,
        MayAsk: !Console.IsInputRedirected && !Console.IsErrorRedirected,
        Colours: !Console.IsOutputRedirected && System.Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
        System.Environment.GetEnvironmentVariables(), Directory.GetCurrentDirectory(), TimeProvider.System);
}
