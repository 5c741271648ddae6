using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>How a server treats its calls.</summary>
internal enum Mood
{
    /// <summary>Answers each call once, soon.</summary>
    Calm,
    /// <summary>Answers late, some too late.</summary>
    Slow,
    /// <summary>Never answers.</summary>
    Silent,
    /// <summary>Answers twice, the second time a while later.</summary>
    Doubling,
    /// <summary>Now and then does what a sick server does.</summary>
    Erratic,
}

/// <summary>A server of a story.</summary>
/// <param name="story">Where it stands.</param>
/// <param name="server">What the gateway connects to.</param>
/// <param name="index">Its number in the story, by which replies name it.</param>
internal abstract class StoryServer(StoryWorld story, SimulatedServer server, int index)
{
    protected StoryWorld Story => story;

    public int Index => index;

    public Address Address => server.Address;

    public SimulatedServer Listening => server;

    public Mood Mood { get; set; }

    /// <summary>Its connections, open or not.</summary>
    public abstract IEnumerable<FarEnd> Connections { get; }

    /// <summary>Connections that the gateway has not closed.</summary>
    public int OpenConnections => Connections.Count(connection => !connection.Socket.IsClosed && !connection.Socket.Peer.IsClosed);

    /// <summary>The process ends, and its connections with it.</summary>
    public void GoDown(Random random)
    {
        server.Answer = random.Next(3) == 0 ? ConnectAnswer.Silence : ConnectAnswer.Refuse;
        foreach (FarEnd connection in Connections.Where(connection => !connection.Socket.IsClosed).ToArray())
        {
            if (random.Next(2) == 0)
                connection.Close();
            else
                connection.Reset();
        }
    }

    public void ComeBack() => server.Answer = ConnectAnswer.Accept;

    public void CloseAll()
    {
        foreach (FarEnd connection in Connections.Where(connection => !connection.Socket.IsClosed).ToArray())
            connection.Close();
    }

    /// <summary>How long the answer takes; null for for ever.</summary>
    protected int? DelayMs(Random random) => Mood switch
    {
        Mood.Silent => null,
        Mood.Slow => random.Next(40, 1400),
        _ => random.Next(3) == 0 ? random.Next(20) : 0,
    };

    protected void AfterDelay(int delayMs, Action act)
    {
        if (delayMs == 0)
            act();
        else
            story.World.After(delayMs, act);
    }
}

/// <summary>What servers need of their story.</summary>
/// <param name="World">Where they stand.</param>
/// <param name="Random">What they draw from.</param>
/// <param name="Calls">All calls that were made, by number.</param>
internal sealed record StoryWorld(SimulatedWorld World, Random Random, List<StoryCall> Calls)
{
    public StoryCall CallOf(ReadOnlySpan<byte> body)
    {
        int number = StoryCall.NumberIn(body);
        return number >= 0 && number < Calls.Count ? Calls[number] : throw new InvalidDataException($"a server got call {number}, which nobody made");
    }
}

internal sealed class SmfStoryServer : StoryServer
{
    /// <summary>Numbers that no connection of a story comes to: a reply under one is to nothing that was asked.</summary>
    private const int UnusedSessionMin = 60_000;

    /// <summary>A number rests while 256 others are used. A second answer that comes later than that could be taken for another call's, by whatever gateway.</summary>
    private const int RepliesBetweenMax = 200;

    private readonly SmfServer _server;
    private readonly Dictionary<SmfFarServer, Dealings> _dealings = [];

    public SmfStoryServer(StoryWorld story, Address address, int index)
        : this(story, new SmfServer(address) { KeepsRequests = false }, index)
    {
    }

    private SmfStoryServer(StoryWorld story, SmfServer server, int index)
        : base(story, server, index)
    {
        _server = server;
        server.OnRequest = Take;
    }

    public override IEnumerable<FarEnd> Connections => _server.Connections;

    private void Take(SmfFarServer connection, SmfMessage request)
    {
        if (!_dealings.TryGetValue(connection, out Dealings? dealings))
            _dealings.Add(connection, dealings = new Dealings());
        Must.Hold(dealings.Taken.Add(request.Header.Session), $"session {request.Header.Session} was handed out again while its call was unanswered");
        StoryCall call = Story.CallOf(request.Content);
        call.TakeRequest(request.Content, Index);
        Story.World.Events.Note("server {0} gets call {1}", Index, call.Number);
        if (Mood == Mood.Erratic && Story.Random.Next(3) == 0)
            Misbehave(connection, dealings, request.Header.Session, call);
        else if (DelayMs(Story.Random) is { } delayMs)
            AfterDelay(delayMs, () => Answer(connection, dealings, request.Header.Session, call));
    }

    private void Answer(SmfFarServer connection, Dealings dealings, ushort session, StoryCall call)
    {
        AnswerOnce(connection, dealings, session, call);
        if (Mood != Mood.Doubling || Story.Random.Next(3) != 0)
            return;
        long answered = dealings.Answered;
        AfterDelay(Story.Random.Next(2) * Story.Random.Next(60), () =>
        {
            if (dealings.Answered - answered < RepliesBetweenMax)
                AnswerOnce(connection, dealings, session, call);
        });
    }

    private void AnswerOnce(SmfFarServer connection, Dealings dealings, ushort session, StoryCall call)
    {
        dealings.Answered++;
        _ = dealings.Taken.Remove(session);
        Story.World.Events.Note("server {0} answers call {1}", Index, call.Number);
        connection.Reply(session, call.ReplyOf(Index));
    }

    private void Misbehave(SmfFarServer connection, Dealings dealings, ushort session, StoryCall call)
    {
        int what = Story.Random.Next(8);
        Story.World.Events.Note("server {0} misbehaves in way {1}", Index, what);
        byte[] message = SmfMessage.Encode(session, 200, call.ReplyOf(Index));
        switch (what)
        {
            case 0:
                break;
            case 1:
                connection.Close();
                break;
            case 2:
                connection.Reset();
                break;
            case 3:
                connection.Reply((ushort)(UnusedSessionMin + Story.Random.Next(1000)), call.ReplyOf(Index));
                break;
            case 4:
                connection.Send(message.AsSpan(0, Story.Random.Next(message.Length)));
                connection.EndSending();
                break;
            case 5:
                _ = dealings.Taken.Remove(session);
                connection.Send([.. SmfMessage.EncodeHeader(session, 3, 1, 200), 1, 2, 3]);
                break;
            case 6:
                _ = dealings.Taken.Remove(session);
                connection.Send(SmfMessage.EncodeRaw(session, 200, new byte[call.ReplyBytes + 1]));
                break;
            default:
                // Stops in the middle, and says nothing more.
                connection.Send(message.AsSpan(0, Story.Random.Next(message.Length)));
                connection.Mute();
                break;
        }
    }

    /// <summary>What has passed on one connection.</summary>
    private sealed class Dealings
    {
        /// <summary>Sessions whose requests are unanswered.</summary>
        public HashSet<ushort> Taken { get; } = [];

        public long Answered { get; set; }
    }
}

internal sealed class FrameStoryServer : StoryServer
{
    private readonly FrameServer _server;
    private readonly HashSet<FrameMessage> _answered = [];

    public FrameStoryServer(StoryWorld story, Address address, int index)
        : this(story, new FrameServer(address) { KeepsRequests = false }, index)
    {
    }

    private FrameStoryServer(StoryWorld story, FrameServer server, int index)
        : base(story, server, index)
    {
        _server = server;
        server.OnRequest = Take;
        server.OnDataFrame = (connection, request, _) => MayAnswerEarly(connection, request);
    }

    public override IEnumerable<FarEnd> Connections => _server.Connections;

    /// <summary>No request that was cut looks whole to it. One that is answered already can deceive nobody.</summary>
    /// <param name="memoryWasScarce">See <see cref="FrameStoryCaller.AssertNotDeceived"/>.</param>
    public void AssertNotDeceived(bool memoryWasScarce)
    {
        foreach (FrameFarServer connection in _server.Connections)
        {
            if (connection.Current is { } cut && !_answered.Contains(cut) && (connection.Socket.CanReset || !memoryWasScarce))
                Must.Hold(!connection.EndedDeceptively, $"server {Index} was left with a request that looks whole");
        }
    }

    private void MayAnswerEarly(FrameFarServer connection, FrameMessage request)
    {
        if (Mood == Mood.Erratic && Story.Random.Next(60) == 0 && _answered.Add(request))
            connection.Fail(ReplyError.Undecided, "early");
    }

    private void Take(FrameFarServer connection, FrameMessage request)
    {
        byte[] body = request.DataType == DataType.Json ? request.Data.AsSpan().TrimEnd((byte)'\n').ToArray() : request.Data;
        StoryCall call = Story.CallOf(body);
        call.TakeRequest(body, Index);
        Story.World.Events.Note("server {0} gets call {1}", Index, call.Number);
        if (!_answered.Add(request))
            return;
        if (Mood == Mood.Erratic && Story.Random.Next(3) == 0)
            Misbehave(connection, call);
        else if (DelayMs(Story.Random) is { } delayMs)
            AfterDelay(delayMs, () => Answer(connection, call));
    }

    private void Answer(FrameFarServer connection, StoryCall call)
    {
        Story.World.Events.Note("server {0} answers call {1}", Index, call.Number);
        connection.Reply(call.ReplyType, FrameStoryCaller.DataPart(call.ReplyType, call.ReplyOf(Index), Story.Random));
    }

    private void Misbehave(FrameFarServer connection, StoryCall call)
    {
        int what = Story.Random.Next(7);
        Story.World.Events.Note("server {0} misbehaves in way {1}", Index, what);
        byte[] reply = [.. Frame.ReplyHeader(call.ReplyType), .. FrameStoryCaller.DataPart(call.ReplyType, call.ReplyOf(Index), Story.Random)];
        ReadOnlySpan<byte> part = reply.AsSpan(0, Story.Random.Next(reply.Length));
        switch (what)
        {
            case 0:
                break;
            case 1:
                connection.Close();
                break;
            case 2:
                connection.Reset();
                break;
            case 3:
                connection.Fail((ReplyError)Story.Random.Next(2, 5), "it failed");
                break;
            case 4:
                connection.Send(part);
                connection.EndSending();
                break;
            case 5:
                connection.Send(part);
                Story.World.After(5, connection.Reset);
                break;
            default:
                connection.Send(part);
                connection.Mute();
                break;
        }
    }
}
