using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Gateway.Cli;

/// <summary>What a command takes from the process around it; tests bring their own.</summary>
internal sealed record Surroundings(string WorkingDirectory, string ProgramDirectory, IConfigurationSource Environment)
{
    public StandardStreams Streams { get; init; } = StandardStreams.OfProcess();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public static Surroundings OfProcess() => new(Directory.GetCurrentDirectory(), AppContext.BaseDirectory, EnvironmentOverrides.OfProcess());
}
