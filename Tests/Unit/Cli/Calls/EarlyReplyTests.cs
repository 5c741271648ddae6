using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Tests.Protocol;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>A server may reply before it has taken all of the request; what happens to the rest decides how the call went.</summary>
public sealed class EarlyReplyTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly TaskCompletionSource _replied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualTimeProvider _clock = new();
    private readonly StringWriter _error = new();
    private readonly FrameServer _server;

    public EarlyReplyTests()
    {
        _server = new FrameServer("127.0.0.1:0", new FrameServerOptions { TimeProvider = _clock })
            .Map("Early", (_, _) => ValueTask.FromResult(FrameBody.RawJson("\"early\""u8.ToArray())));
        _server.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _error.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task A_request_that_goes_on_behind_its_reply_is_sent_to_its_end()
    {
        var source = new GatedSource(_replied.Task, piecesBehind: 20);

        await Assert.That(await CallAsync(source)).IsEqualTo(0);

        await Assert.That(source.PiecesLeft).IsEqualTo(0);
    }

    [Test]
    public async Task A_request_that_the_server_stops_taking_is_a_failure()
    {
        Task<int> call = CallAsync(new GatedSource(_replied.Task, piecesBehind: int.MaxValue));
        await _replied.Task.WaitAsync(_cancel);

        while (!call.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.That(await call).IsEqualTo(1);
        await Assert.That(_error.ToString())
            .IsEqualTo($"frpc-gateway: {_server.Address}: the reply arrived, but the server did not read the whole request\n");
    }

    [Test]
    public async Task A_source_that_breaks_behind_the_reply_is_a_failure()
    {
        await Assert.That(await CallAsync(new GatedSource(_replied.Task, piecesBehind: -1))).IsEqualTo(1);

        await Assert.That(_error.ToString()).IsEqualTo($"frpc-gateway: {_server.Address}: standard input: cannot be read to its end: the disk has gone\n");
    }

    private Task<int> CallAsync(Stream source)
    {
        var settings = new CallSettings(_server.Address, TimeSpan.FromMinutes(1), Output: null, Json: false, Verbose: false);
        var streams = new StandardStreams(() => source, () => Stream.Null, ErrorIsTerminal: false);
        var console = new CallConsole(new ReplyWatcher(_replied), _error, streams, new CallFiles("/", streams), TimeProvider.System);
        return new FrameCommandCall(new FrameRequestPlan("Early", null, CallFiles.Standard, DataType.Json), source, settings, console).MakeAsync();
    }

    /// <summary>Tells when the reply's body has been printed.</summary>
    private sealed class ReplyWatcher(TaskCompletionSource replied) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value == "         \"early\"")
                _ = replied.TrySetResult();
        }
    }

    /// <summary>Gives one piece, then, when the reply has come, as many as it should; -1 to break.</summary>
    private sealed class GatedSource(Task gate, int piecesBehind) : MemoryStream
    {
        private bool _begun;

        public int PiecesLeft { get; private set; } = piecesBehind;

        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!_begun)
            {
                _begun = true;
                return Math.Min(count, 10);
            }
            gate.Wait(CancellationToken.None);
            if (PiecesLeft < 0)
                throw new IOException("the disk has gone");
            return PiecesLeft-- > 0 ? count : PiecesLeft = 0;
        }
    }
}
