using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Services;

namespace FrameRpc.Tests.Generators;

/// <summary>The service behind the tests of smf.</summary>
internal sealed class Storage : IStorage
{
    public CallOptions OptionsSeen { get; private set; }

    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when a call that waits was cut off.</summary>
    public TaskCompletionSource CutOff { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Response> GetAsync(Request request, CallOptions options, CancellationToken cancel)
    {
        OptionsSeen = options;
        switch (request.Name)
        {
            case "missing":
                throw new RpcException(SmfStatus.NotFound, Blame.Caller, "no such file");
            case "secret":
                throw new InvalidOperationException("the password is swordfish");
            case "wait":
                _ = Waiting.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancel).ContinueWith(_ => CutOff.TrySetResult(), TaskScheduler.Default);
                break;
        }
        return new Response($"value of {request.Name}");
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(Request request, CancellationToken cancel) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(request.Name.Select(digit => (byte)(digit - '0')).ToArray());

    public ValueTask<ReadOnlyMemory<byte>> WriteAsync(ReadOnlyMemory<byte> blob, CancellationToken cancel) => ValueTask.FromResult(blob);
}

/// <summary>A service without a namespace in its schema.</summary>
[SmfService("Answers")]
internal interface IAnswers
{
    Task<Response> Take(Response answer);
}

internal sealed class Answers : IAnswers
{
    public Task<Response> Take(Response answer) => Task.FromResult(answer);
}
