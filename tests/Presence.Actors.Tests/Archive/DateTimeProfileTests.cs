using Presence.Actors.Users.Features;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>Points in time of XEP-0082.</summary>
public class DateTimeProfileTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0, true)]
    [InlineData("1969-07-21T02:56:15Z", -14_159_025_000, true)]
    [InlineData("1969-07-20T21:56:15-05:00", -14_159_025_000, true)]
    [InlineData("1970-01-01T05:30:00.5+05:30", 500, true)]
    [InlineData("1970-01-01T00:00:00.12Z", 120, true)]
    [InlineData("1970-01-01T00:00:00.123000Z", 123, true)]
    [InlineData("1970-01-01T00:00:00.1230001Z", 123, false)]
    [InlineData("1970-01-01T00:00:00.99999999999999999999Z", 999, false)]
    public void A_time_is_read_to_the_millisecond(string text, long milliseconds, bool exact)
    {
        Assert.True(DateTimeProfile.TryParse(text, out var read, out var whole));
        Assert.Equal((milliseconds, exact), (read, whole));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1970-01-01")]
    [InlineData("1970-01-01T00:00:00")]
    [InlineData("1970-01-01 00:00:00Z")]
    [InlineData("1970-01-01T00:00:00.Z")]
    [InlineData("1970-01-01T00:00:00z")]
    [InlineData("1970-01-01T00:00:00.1")]
    [InlineData("1970-01-01T00:00:00.1x")]
    [InlineData("1970-01-01T00:00:00+0100")]
    [InlineData("1970-01-01T00:00:00+24:00")]
    [InlineData("1970-01-01T00:00:00+01:60")]
    [InlineData("1970-01-01T00:00:00+ 1:00")]
    [InlineData("1970-01-01T00:00:00ZZ")]
    [InlineData("1970-02-30T00:00:00Z")]
    [InlineData("1970-01-01T25:00:00Z")]
    [InlineData("70-01-01T00:00:00Z")]
    [InlineData("19700101T00:00:00Z")]
    public void Anything_else_is_no_time(string text) => Assert.False(DateTimeProfile.TryParse(text, out _, out _));
}
