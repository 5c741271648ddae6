using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Control.Health;

internal sealed partial class HealthBoard
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Backend {Backend}: server {Address} is down: {Evidence}. It is tried again until it is back.")]
    private static partial void LogDown(ILogger log, string backend, Address address, string evidence);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Backend {Backend}: server {Address} is up: {Evidence}.")]
    private static partial void LogUp(ILogger log, string backend, Address address, string evidence);

    [LoggerMessage(EventId = 207, Level = LogLevel.Warning, Message = "Backend {Backend}: server {Address} is ejected: {Evidence}.")]
    private static partial void LogEjected(ILogger log, string backend, Address address, string evidence);
}
