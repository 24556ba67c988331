namespace Presence.Chaos.Checking;

/// <summary>
/// The checker checked: each kind of fault, put in on purpose, is found and named; a right run is not blamed.
/// </summary>
public sealed class CheckerTests
{
    [Fact]
    public void A_right_run_is_good()
    {
        Assert.True(Judge(sent: 3, acknowledged: 3, received: [1, 2, 3]).IsGood);
    }

    [Fact]
    public void What_was_not_acknowledged_may_be_missing_or_not()
    {
        Assert.True(Judge(sent: 3, acknowledged: 1, received: [1]).IsGood);
        Assert.True(Judge(sent: 3, acknowledged: 1, received: [1, 2, 3]).IsGood);
    }

    [Theory]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 1, 3 })]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new int[0])]
    public void An_acknowledged_message_that_never_arrived_is_lost(int[] received)
    {
        var verdict = Judge(sent: 3, acknowledged: 3, received);

        Assert.Equal(3 - received.Length, verdict.Lost.Count);
        Assert.False(verdict.IsGood);
    }

    [Theory]
    [InlineData(new[] { 1, 1, 2, 3 })]
    [InlineData(new[] { 1, 2, 3, 1 })]
    [InlineData(new[] { 1, 2, 3, 3 })]
    public void A_message_that_arrives_twice_is_doubled(int[] received)
    {
        var verdict = Judge(sent: 3, acknowledged: 3, received);

        Assert.Single(verdict.Doubled);
        Assert.Empty(verdict.Reordered);
    }

    [Fact]
    public void A_message_that_arrives_twice_is_doubled_even_if_never_acknowledged()
    {
        Assert.Single(Judge(sent: 3, acknowledged: 0, received: [1, 2, 2]).Doubled);
    }

    [Fact]
    public void A_message_overtaken_by_a_later_one_is_reordered()
    {
        var verdict = Judge(sent: 3, acknowledged: 3, received: [1, 3, 2]);

        Assert.Single(verdict.Reordered);
        Assert.Empty(verdict.Lost);
        Assert.Empty(verdict.Doubled);
    }

    [Fact]
    public void A_message_nobody_sent_is_invented()
    {
        Assert.Single(Judge(sent: 3, acknowledged: 3, received: [1, 2, 3, 4]).Invented);
    }

    [Fact]
    public void A_message_whose_first_sending_nobody_knows_may_arrive_twice_but_others_not()
    {
        var conversation = Make(sent: 3, acknowledged: 3, received: [1, 2, 3, 2, 3]);
        conversation.MarkAmbiguous(2);

        Assert.Contains(": 3 again", Assert.Single(Checker.Judge([conversation]).Doubled), StringComparison.Ordinal);
    }

    [Fact]
    public void Conversations_do_not_make_up_for_each_other()
    {
        var verdict = Checker.Judge([Make(1, 1, [1, 1]), Make(1, 1, [])]);

        Assert.Single(verdict.Doubled);
        Assert.Single(verdict.Lost);
        Assert.Equal(2, verdict.Received);
    }

    private static Verdict Judge(int sent, int acknowledged, int[] received) => Checker.Judge([Make(sent, acknowledged, received)]);

    private static Conversation Make(int sent, int acknowledged, int[] received)
    {
        var conversation = new Conversation("s", "r");
        for (var i = 0; i < sent; i++)
        {
            conversation.Next();
        }

        conversation.Acknowledge(acknowledged);
        Array.ForEach(received, conversation.Receive);
        return conversation;
    }
}
