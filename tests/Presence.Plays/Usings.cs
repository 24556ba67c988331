global using Xunit;

[assembly: AssemblyFixture(typeof(Presence.Plays.PlayNode))]
