using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>References between projects only point down, and packages are used only where they belong.</summary>
public sealed class ReferenceTests
{
    /// <summary>What each project may reference, from the top down. A project that is not named here does not belong into src.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Node"] = ["Push", "Cli", "Edge", "Actors", "Storage", "Routing", "Protocol"],
        ["Push"] = ["Storage", "Routing", "Protocol"],
        ["Cli"] = ["Storage", "Protocol"],                  // the store only while no node runs
        ["Edge"] = ["Routing", "Protocol"],
        ["Actors"] = ["Routing", "Protocol", "Storage"],    // of the store only its contracts, see below
        ["Storage"] = ["Protocol"],
        ["Routing"] = ["Protocol"],
        ["Protocol"] = [],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new(StringComparer.Ordinal)
    {
        ["Storage"] = ["Npgsql", "Microsoft.Data.Sqlite", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.bundle_e_sqlite3", "SQLitePCLRaw.core"],
        ["Cli"] = ["System.CommandLine", "Spectre.Console"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Fact]
    public void Every_project_in_src_has_its_place()
    {
        var found = RepositoryTree.TextFiles.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

        Assert.Equal(Allowed.Keys.Select(Path).Order(StringComparer.Ordinal), found);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        var references = Items(project, "ProjectReference").Select(include => System.IO.Path.GetFileNameWithoutExtension(include)["Presence.".Length..]);

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_its_own_packages(string project)
    {
        Assert.Empty(Items(project, "PackageReference").Except(AllowedPackages.GetValueOrDefault(project, [])));
    }

    [Theory]
    [InlineData("Protocol")]
    [InlineData("Routing")]
    [InlineData("Actors")]
    [InlineData("Storage")]
    public void A_project_without_sockets_does_not_see_the_web_framework(string project)
    {
        Assert.Empty(Items(project, "FrameworkReference"));
        Assert.Equal("Microsoft.NET.Sdk", XDocument.Parse(RepositoryTree.Read(Path(project))).Root?.Attribute("Sdk")?.Value);
    }

    [Theory]
    [InlineData("Protocol")]
    [InlineData("Routing")]
    [InlineData("Actors")]
    [InlineData("Edge")]
    [InlineData("Storage")]
    [InlineData("Push")]
    public void What_was_compiled_references_only_what_lies_below(string project)
    {
        using var stream = File.OpenRead(System.IO.Path.Combine(AppContext.BaseDirectory, $"Presence.{project}.dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith("Presence.", StringComparison.Ordinal))
            .Select(name => name["Presence.".Length..]);

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Theory]
    [InlineData("Actors")]
    [InlineData("Push")]
    public void Of_the_store_only_the_contracts_are_seen(string project)
    {
        using var stream = File.OpenRead(System.IO.Path.Combine(AppContext.BaseDirectory, $"Presence.{project}.dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var used = metadata.TypeReferences
            .Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Namespace))
            .Where(name => name.StartsWith("Presence.Storage", StringComparison.Ordinal))
            .Distinct();

        Assert.Empty(used.Except(["Presence.Storage.Contracts"]));
    }

    private static string Path(string project) => $"src/Presence.{project}/Presence.{project}.csproj";

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Parse(RepositoryTree.Read(Path(project))).Descendants(kind).Select(item => item.Attribute("Include")?.Value ?? "").Where(item => item.Length > 0);
}
