using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>The scanner that the other tests lean on must see code, and only code.</summary>
public sealed class SourceCodeTests
{
    [Theory]
    [InlineData("a(); // DateTime.UtcNow", "a(); ")]
    [InlineData("a(); /* x */ b();", "a();   b();")]
    [InlineData("var s = \"Thread.Sleep\"; b();", "var s =  ; b();")]
    [InlineData("var s = \"say \\\"x\\\" \"; b();", "var s =  ; b();")]
    [InlineData("var s = @\"c:\\\"; b();", "var s =  ; b();")]
    [InlineData("var s = @\"a \"\" b\"; c();", "var s =  ; c();")]
    [InlineData("var s = $\"{f(\"}\")} {{\"; c();", "var s =  ; c();")]
    [InlineData("var s = \"\"\"a \" b\"\"\"; c();", "var s =  ; c();")]
    [InlineData("var c = '\"'; d();", "var c =  ; d();")]
    [InlineData("var c = '\\''; d();", "var c =  ; d();")]
    [InlineData("x = \"\"; y();", "x =  ; y();")]
    public void Comments_and_literals_are_blanked_and_code_stays(string source, string expected)
    {
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), SourceCode.WithoutTalk(source).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Line_numbers_stay()
    {
        var source = "a\n/* b\nc */\n\"\"\"\n d\n\"\"\" // e\nf";

        Assert.Equal(source.Count(c => c == '\n'), SourceCode.WithoutTalk(source).Count(c => c == '\n'));
        Assert.EndsWith("\nf", SourceCode.WithoutTalk(source), StringComparison.Ordinal);
    }
}
