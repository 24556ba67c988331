using System.Text.RegularExpressions;
using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>The tree builds on any machine and carries nothing of the one it was written on.</summary>
public sealed partial class TreeTests
{
    [Fact]
    public void No_file_names_a_place_on_a_developers_machine()
    {
        var here = RepositoryTree.Root + "/";
        var found =
            from file in RepositoryTree.TextFiles
            let text = RepositoryTree.Read(file)
            where text.Contains(here, StringComparison.Ordinal) || HomeFolder().IsMatch(text)
            select file;

        Findings.None(found);
    }

    [Fact]
    public void No_file_names_a_package_registry()
    {
        var found =
            from file in RepositoryTree.TextFiles
            from Match match in Registry().Matches(RepositoryTree.Read(file))
            where !match.Value.Contains("schemas.", StringComparison.Ordinal)
            select $"{file}: {match.Value}";

        Findings.None(found);
    }

    [Fact]
    public void The_root_holds_no_plans_or_notes()
    {
        Assert.DoesNotContain(RepositoryTree.TextFiles, file => Plan().IsMatch(file));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = RepositoryTree.Read("Presence.slnx");

        Assert.DoesNotContain(RepositoryTree.TextFiles, file => file.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{file}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_version_is_stated_in_one_place()
    {
        var stated = RepositoryTree.TextFiles
            .Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(file => RepositoryTree.Read(file).Contains("Version=", StringComparison.Ordinal));

        Findings.None(stated);
    }

    // Written so that the patterns do not match themselves.
    [GeneratedRegex(@"(?<![\w.])/(home|Users|root)/[\w.-]+/|\b[A-Z]:\\Users\\")]
    private static partial Regex HomeFolder();

    [GeneratedRegex(@"(https?://|\b(api|registry|www)\.)[a-z0-9.-]*(nuget|npm|pypi|artifactory|nexus)[a-z0-9-]*\.[a-z]+")]
    private static partial Regex Registry();

    [GeneratedRegex(@"^[A-Z_]*(PLAN|TODO|NOTES|HANDOFF|STATUS|PROGRESS)[A-Z_]*\.md$")]
    private static partial Regex Plan();
}
