using FrameRpc.Gateway.Cli;

return GatewayCommandLine.Run(args, Surroundings.OfProcess(), Console.Out, Console.Error);
