using Presence.Actors.Users;
using Presence.Routing;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Servers;

/// <summary>The provider behind the push sender: takes, answers late, asks for another try. Belongs to the process: answers are lost with it.</summary>
public sealed class SimPushes(World world)
{
    private readonly List<PushNotification> _unanswered = [];

    public bool Waiting => _unanswered.Count > 0;

    public void Send(PushNotification push)
    {
        world.PushWatch.Sent(push);
        _unanswered.Add(push);
    }

    public void AnswerOne(bool calm)
    {
        var at = world.Dice.Below(_unanswered.Count);
        var push = _unanswered[at];
        _unanswered.RemoveAt(at);
        var outcome = !calm && world.Dice.Chance(200) ? PushOutcome.Retry : PushOutcome.Sent;
        world.PushWatch.Answered(push, outcome);
        world.Node.Post(new PushDoneInput(push.UserId, push, outcome));
    }

    /// <summary>The process dies: nobody waits for answers any more.</summary>
    public void LoseAnswers() => _unanswered.Clear();
}
