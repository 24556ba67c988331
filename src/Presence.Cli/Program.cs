using Presence.Cli;

// What Ctrl-C means is left to the platform: every command is one request, and the node finishes what it has begun.
return await ControlProgram.RunAsync(args, Terminal.OfThisProcess()).ConfigureAwait(false);
