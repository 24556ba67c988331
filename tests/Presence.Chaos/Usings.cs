global using Xunit;

// Each test wants the machine to itself: a starved node looks like one that acknowledges nothing.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
